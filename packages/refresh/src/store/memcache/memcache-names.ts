import { createHash } from 'node:crypto';

const MAX_NAME = 250;
/** Leaves room for a digest behind it. */
const MAX_PREFIX = 100;
const PLAIN = /^[\x21-\x7e]*$/;

/**
 * Names the item of a key. One that memcached could not take is named by its SHA-256; the item itself says whose it is.
 *
 * @throws RangeError for a prefix that is empty, longer than 100 characters, or not of printable ASCII.
 */
export function createMemcacheNames(prefix: string): (key: string) => string {
  if (prefix === '' || prefix.length > MAX_PREFIX || !PLAIN.test(prefix)) {
    throw new RangeError(`prefix must be 1 to ${MAX_PREFIX} printable ASCII characters, got "${prefix}"`);
  }
  return (key) => {
    const plain = `${prefix}:${key}`;
    if (plain.length <= MAX_NAME && PLAIN.test(key)) return plain;
    return `${prefix}#${createHash('sha256').update(key).digest('base64url')}`;
  };
}
