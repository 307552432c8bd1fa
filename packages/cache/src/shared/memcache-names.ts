import { createHash } from 'node:crypto';

/** A name on the server, and whether the key is spelled out in it. */
export interface MemcacheName {
  readonly name: string;
  readonly isDigest: boolean;
}

/** Names the items of a key: its value, the claim of who refreshes it, and the writes under way. */
export interface MemcacheNames {
  /** Stands for the prefix. */
  readonly mark: string;
  value(key: string): MemcacheName;
  claim(key: string): string;
  fence(key: string): string;
}

const MAX_NAME = 250;
const PLAIN = /^[\x21-\x7e]*$/;
/** Leaves room for a digest behind it. */
const MAX_PREFIX = 180;

/**
 * Names items under a prefix. A key that memcached could not take, or that is too long for it, is named by its SHA-256.
 *
 * @throws RangeError for a prefix that memcached could not take, or of more than 180 characters.
 */
export function createMemcacheNames(prefix: string): MemcacheNames {
  if (prefix === '' || prefix.length > MAX_PREFIX || !PLAIN.test(prefix)) {
    throw new RangeError(
      `prefix must be 1 to ${MAX_PREFIX} printable ASCII characters without spaces, got "${prefix}"`,
    );
  }
  const nameOf = (kind: string, key: string): MemcacheName => {
    const plain = `${prefix}${kind}:${key}`;
    if (plain.length <= MAX_NAME && PLAIN.test(key)) return { name: plain, isDigest: false };
    return { name: `${prefix}${kind}#${createHash('sha256').update(key).digest('base64url')}`, isDigest: true };
  };
  return {
    mark: createHash('sha256').update(prefix).digest('hex').slice(0, 8),
    value: (key) => nameOf('d', key),
    claim: (key) => nameOf('l', key).name,
    fence: (key) => nameOf('f', key).name,
  };
}
