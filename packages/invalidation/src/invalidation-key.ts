/** What is invalidated. A string stands for its UTF-8 bytes; followers hear every key as a string. */
export type InvalidationKey = string | Uint8Array;

/** What one publish may carry, so that one entry stays small enough to read at once. */
const MAX_KEYS = 10_000;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The keys as strings.
 *
 * @throws RangeError for an empty list and for more than 10,000 keys.
 * @throws TypeError for a key that is neither string nor bytes, and for a string with half a surrogate pair:
 *   it has no UTF-8 form, so that followers would hear another key.
 */
export function keysAsStrings(keys: readonly InvalidationKey[]): string[] {
  if (keys.length === 0) throw new RangeError('publish needs at least one key');
  if (keys.length > MAX_KEYS) throw new RangeError(`publish takes at most ${MAX_KEYS} keys, got ${keys.length}`);
  return keys.map((key) => {
    if (typeof key !== 'string') return bytesAsString(key);
    if (LONE_SURROGATE.test(key)) throw new TypeError(`a key must be well-formed text, got ${JSON.stringify(key)}`);
    return key;
  });
}

function bytesAsString(key: unknown): string {
  if (!(key instanceof Uint8Array)) throw new TypeError(`a key must be a string or bytes, got ${typeof key}`);
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString();
}
