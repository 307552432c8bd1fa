import { checkFlags } from '../protocol/numbers.ts';
import type { Codec } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { andThen } from './maybe-promise.ts';

/**
 * The codec with other flags: it writes these, and reads values that have these and no others. For
 * keys that are shared with a client which tells its types apart by flags.
 *
 * @throws RangeError when the flags are no unsigned 32-bit integer.
 */
export function flagged<T>(codec: Codec<T>, flags: number): Codec<T> {
  checkFlags(flags);
  const name = `${codec.name} with flags ${flags}`;
  return {
    name,
    encode: (value) => andThen(codec.encode(value), ({ data }) => ({ data, flags })),
    decode: (data, found) =>
      guardDecode(name, found, () => {
        requireFlags(found, flags);
        return codec.decode(data, 0);
      }),
  };
}

/** @throws Error unless the value was written with just these flags. */
export function requireFlags(found: number, expected: number): void {
  if (found !== expected) throw new Error(`it expects flags ${expected}`);
}
