import type { Codec } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { andThen } from './maybe-promise.ts';

/** Gives a type to what a codec reads: a value that is not of it rejects with ERR_MEMCACHE_DECODE. */
export function checked<T extends U, U = unknown>(codec: Codec<U>, isValid: (value: U) => value is T): Codec<T> {
  return {
    name: codec.name,
    encode: (value) => codec.encode(value),
    decode: (data, flags) =>
      guardDecode(codec.name, flags, () =>
        andThen(codec.decode(data, flags), (value) => {
          if (!isValid(value)) throw new Error('the value is not of the expected type');
          return value;
        }),
      ),
  };
}
