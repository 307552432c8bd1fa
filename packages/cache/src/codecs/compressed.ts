import { compress, type Compression, decompress } from '@lockstep/core/compression';

import type { Codec, MaybePromise } from './codec.ts';
import { andThen, fromBytes, guardDecode, toBytes } from './decode-error.ts';

/** How values are compressed. */
export interface CompressedOptions {
  /** @default 'gzip' */
  readonly algorithm?: Compression;
  /** Values of more bytes are compressed, unless that makes them larger. @default 1024 */
  readonly aboveBytes?: number;
  /** The longest value to inflate to: a small one may hide a thousand times its size. @default 16_777_216 */
  readonly maxInflatedBytes?: number;
}

const PLAIN = 0;
const PACKED = 1;

/**
 * The codec with compression of large values. Up to 16 KiB that is done at once; above, in a thread, and the answer is
 * a promise.
 *
 * @throws RangeError naming the option that is none.
 */
export function compressed<V>(codec: Codec<V>, options: CompressedOptions = {}): Codec<V> {
  const { algorithm = 'gzip', aboveBytes = 1024, maxInflatedBytes = 16 * 1024 * 1024 } = options;
  if (!['gzip', 'zlib', 'brotli'].includes(algorithm)) throw new RangeError(`algorithm cannot be "${algorithm}"`);
  checkSize('aboveBytes', aboveBytes, 0);
  checkSize('maxInflatedBytes', maxInflatedBytes, 1);
  const name = `${codec.name}+${algorithm}`;

  const pack = (encoded: string | Buffer): MaybePromise<Buffer> => {
    const plain = toBytes(encoded);
    if (plain.length > maxInflatedBytes) {
      throw new RangeError(`a value of ${plain.length} bytes is above maxInflatedBytes, ${maxInflatedBytes}`);
    }
    if (plain.length <= aboveBytes) return framed(PLAIN, plain);
    return andThen(compress(algorithm, plain), (packed) =>
      packed.length < plain.length ? framed(PACKED, packed) : framed(PLAIN, plain),
    );
  };

  const unpack = (bytes: Buffer): MaybePromise<Buffer> => {
    if (bytes[0] === PLAIN) return bytes.subarray(1);
    if (bytes[0] === PACKED) return decompress(algorithm, bytes.subarray(1), maxInflatedBytes);
    throw new Error('it is neither compressed nor plain');
  };

  return {
    name,
    isText: false,
    encode: (value, key) => andThen(codec.encode(value, key), pack),
    decode: (bytes, key) =>
      guardDecode(name, () =>
        andThen(unpack(bytes as Buffer), (plain) => codec.decode(fromBytes(plain, codec.isText), key)),
      ),
  };
}

function framed(mark: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(mark), bytes]);
}

function checkSize(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value < 2 ** 31) return;
  throw new RangeError(`${name} must be an integer from ${least} to ${2 ** 31 - 1}, got ${value}`);
}
