import type { Key } from '@lockstep/memcache';
import type { FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { allowsKey, assertAccess, type KeyAccess } from './key-access.ts';
import { percentDecode } from './percent-decode.ts';
import { isPlainKey, type LongKeys, toStoredKey } from './stored-key.ts';

/**
 * The key that the last part of the path names, in the form that memcached holds it in.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_KEY naming the rule that it breaks,
 * ERR_MEMCACHE_PROXY_FORBIDDEN when the request may not have it.
 */
export function readKey(request: FastifyRequest, longKeys: LongKeys, access: KeyAccess): Key {
  const { key } = request.params as { key: string };
  if (isPlainKey(key)) {
    assertAccess(request, key, access);
    return key;
  }
  const bytes = rawKey(request.originalUrl);
  assertAccess(request, bytes, access);
  return toStoredKey(bytes, longKeys);
}

/** Whether the request may write the key that its path names. */
export function mayWriteKey(request: FastifyRequest): boolean {
  const { key } = request.params as { key: string };
  return allowsKey(request, isPlainKey(key) ? key : rawKey(request.originalUrl), 'write');
}

/** The router has decoded its copy to text; only the URL as it was sent still has the bytes. */
function rawKey(url: string): Buffer {
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  const bytes = percentDecode(path.slice(path.lastIndexOf('/') + 1));
  if (bytes !== undefined) return bytes;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_KEY', 'a key must have two hexadecimal digits after each "%"');
}
