import { md5Hex } from '../hashes/md5-hex.ts';
import type { RingKey } from '../ring/ring.ts';
import { checkKey } from './check-key.ts';
import { keyText } from './key-text.ts';

const MAX_CHARACTERS = 250;
const MARK = ':md5:';
const DIGEST_LENGTH = 32;

/** Whether dalli may have to shorten a key, whose length is that of text or bytes. */
export function mayBeTooLong(prefix: string, key: RingKey): boolean {
  if (typeof key !== 'string') checkKey(key);
  return prefix.length + key.length > MAX_CHARACTERS;
}

/**
 * The key that dalli 3 sends, and hashes: its namespace and a colon in front, and of one with more than 250 characters the
 * beginning and the MD5 of it all, 249 characters together, or 250 with a namespace.
 *
 * @param prefix the namespace and the colon, empty where there is none.
 */
export function dalliKey(prefix: string, key: RingKey): string {
  const whole = prefix + keyText(key);
  // Ruby counts code points.
  const characters = Array.from(whole);
  if (characters.length <= MAX_CHARACTERS) return whole;
  const length = MAX_CHARACTERS - (prefix === '' ? 1 : 0) - MARK.length - DIGEST_LENGTH;
  return characters.slice(0, length).join('') + MARK + md5Hex(whole);
}
