import { hasLoneSurrogate } from './lone-surrogate.ts';

const MAX_LENGTH = 8192;

/**
 * The key itself.
 *
 * @throws TypeError when it is not well-formed text: two such keys could be one in the shared tier.
 * @throws RangeError when it is empty or longer than 8,192 characters.
 */
export function checkKey(key: string): string {
  if (typeof key !== 'string') throw new TypeError(`a key must be a string, got ${typeof key}`);
  if (hasLoneSurrogate(key)) throw new TypeError(`a key must be well-formed text, got ${JSON.stringify(key)}`);
  if (key.length === 0 || key.length > MAX_LENGTH) {
    throw new RangeError(`a key must have 1 to ${MAX_LENGTH} characters, got ${key.length}`);
  }
  return key;
}
