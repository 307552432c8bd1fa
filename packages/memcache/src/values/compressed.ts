import { compress, type Compression, decompress } from '@lockstep/core/compression';

import type { Codec, Encoded } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { andThen } from './maybe-promise.ts';

/** How values are compressed. */
export interface CompressedOptions {
  /** @default 'gzip' */
  readonly algorithm?: Compression;
  /** Values of more bytes are compressed, unless that makes them larger. @default 1024 */
  readonly aboveBytes?: number;
  /** The bit of the flags, 0 to 31, that tells a compressed value. The codec must not use it. @default 3 */
  readonly flagBit?: number;
  /** The longest value to write, and to inflate to: a small one may hide a thousand times its size. @default 16777216 */
  readonly maxInflatedBytes?: number;
}

/**
 * The codec with compression of large values. Up to 16 KiB the work is done at once, which takes
 * less than 0.3 ms; above, in a thread. Reads compressed and plain values alike.
 *
 * @throws RangeError naming the option that is none.
 */
export function compressed<T>(codec: Codec<T>, options: CompressedOptions = {}): Codec<T> {
  const { algorithm = 'gzip', aboveBytes = 1024, flagBit = 3, maxInflatedBytes = 16 * 1024 * 1024 } = options;
  checkOption('aboveBytes', aboveBytes, 0, Number.MAX_SAFE_INTEGER);
  checkOption('flagBit', flagBit, 0, 31);
  checkOption('maxInflatedBytes', maxInflatedBytes, 1, 2 ** 31 - 1);
  if (!['gzip', 'zlib', 'brotli'].includes(algorithm)) throw new RangeError(`algorithm cannot be "${algorithm}"`);
  const mask = 2 ** flagBit;
  const name = `${codec.name} in ${algorithm}`;

  const pack = (plain: Encoded): Encoded | Promise<Encoded> => {
    if (hasBit(plain.flags, mask)) throw new RangeError(`flagBit ${flagBit} is used by the codec "${codec.name}"`);
    if (plain.data.length > maxInflatedBytes) {
      throw new RangeError(`a value of ${plain.data.length} bytes is above maxInflatedBytes, ${maxInflatedBytes}`);
    }
    if (plain.data.length <= aboveBytes) return plain;
    return andThen(compress(algorithm, plain.data), (data) =>
      data.length < plain.data.length ? { data, flags: plain.flags + mask } : plain,
    );
  };

  return {
    name,
    encode: (value) => andThen(codec.encode(value), pack),
    decode: (data, flags) =>
      guardDecode(name, flags, () => {
        if (!hasBit(flags, mask)) return codec.decode(data, flags);
        return andThen(decompress(algorithm, data, maxInflatedBytes), (plain) => codec.decode(plain, flags - mask));
      }),
  };
}

function hasBit(flags: number, mask: number): boolean {
  return (flags & mask) !== 0;
}

function checkOption(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, got ${value}`);
}
