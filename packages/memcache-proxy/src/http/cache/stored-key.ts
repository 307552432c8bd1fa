import { createHash } from 'node:crypto';

import { brokenKeyRule, MAX_KEY_BYTES } from '../../backend/key-rule.ts';
import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** What becomes of a key that memcached cannot hold even as base64. */
export type LongKeys = 'hash' | 'refuse';

/** How far into a key its readable beginning may reach. */
const MAX_PREFIX_BYTES = 100;
const COLON = 0x3a;
const TILDE = 0x7e;
const BASE64_MARK = '~b';
const HASH_MARK = '~h';
/** The mark is at the start or after a colon, and no colon comes after it. */
const STORED_FORM = /^((?:[^]*:)?)~(?:h([\w-]{43})|b([\w-]*))$/;

/** True for keys that are stored as they are: the test that nearly every key passes. */
export function isPlainKey(key: string): boolean {
  return /^[\x21-\x7d]{1,250}$/.test(key);
}

/**
 * The key under which memcached holds what clients know as `key`, which may be any bytes. Nearly
 * always the key itself. Where that cannot be, because it has spaces or control characters or more
 * than 250 bytes, it is
 *
 *     PREFIX ~b BASE64URL(the rest)        where that has at most 250 bytes
 *     PREFIX ~h BASE64URL(SHA-256(key))    else
 *
 * with PREFIX as the part up to and with the last colon before the first such byte (at most 100
 * bytes), so that routing by prefix goes on to work. Different keys never become the same: a key that
 * has `~b` or `~h` where such a form has its mark is put into that form too.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_KEY for an empty key, and with `refuse` for one that would be hashed.
 */
export function toStoredKey(key: Buffer, longKeys: LongKeys): Buffer {
  const offending = firstOffending(key);
  if (offending < 0) return key;
  if (key.length === 0) throw badKey(`a key ${brokenKeyRule(key)}`);
  const prefixBytes = key.lastIndexOf(COLON, Math.min(offending, MAX_PREFIX_BYTES) - 1) + 1;
  const prefix = offending === 0 ? '' : key.toString('latin1', 0, prefixBytes);
  const rest = key.subarray(prefix.length).toString('base64url');
  const encoded = `${prefix}${BASE64_MARK}${rest}`;
  if (encoded.length <= MAX_KEY_BYTES) return Buffer.from(encoded, 'latin1');
  if (longKeys === 'refuse') {
    const rule = brokenKeyRule(key) ?? `of ${key.length} bytes with "~" does not fit`;
    throw badKey(`a key ${rule}`);
  }
  return Buffer.from(`${prefix}${HASH_MARK}${createHash('sha256').update(key).digest('base64url')}`, 'latin1');
}

/** What a stored key was made of. */
export interface ClientKey {
  /** Without `isHashed` the key; with it only its beginning, as the rest cannot be had back. */
  readonly text: string;
  readonly isHashed: boolean;
}

/**
 * What clients know the key as that memcached holds as `stored`: the inverse of `toStoredKey`. A key that
 * `toStoredKey` does not make is returned as it is.
 */
export function fromStoredKey(stored: string): ClientKey {
  const found = stored.includes('~') ? STORED_FORM.exec(stored) : null;
  if (found === null) return { text: stored, isHashed: false };
  const [, prefix = '', hash, rest = ''] = found;
  if (hash !== undefined) return { text: prefix, isHashed: true };
  const key = Buffer.concat([Buffer.from(prefix), Buffer.from(rest, 'base64url')]);
  const isOurs = key.length > 0 && toStoredKey(key, 'hash').equals(Buffer.from(stored));
  return { text: isOurs ? key.toString() : stored, isHashed: false };
}

/** The offset of what keeps the key from being stored as it is: its end for being too long, -1 for nothing. */
function firstOffending(key: Buffer): number {
  for (let index = 0; index < key.length; index++) {
    const byte = key[index]!;
    if (byte <= 0x20 || byte === 0x7f || (byte === TILDE && isMark(key, index))) return index;
  }
  return key.length === 0 || key.length > MAX_KEY_BYTES ? key.length : -1;
}

function isMark(key: Buffer, index: number): boolean {
  const next = key[index + 1];
  return (next === 0x62 || next === 0x68) && (index === 0 || key[index - 1] === COLON);
}

function badKey(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_KEY', message);
}
