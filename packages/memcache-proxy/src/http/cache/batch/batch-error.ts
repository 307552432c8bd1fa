import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';

/** An ERR_MEMCACHE_PROXY_BAD_BATCH: the whole batch is refused, nothing of it was carried out. */
export function badBatch(message: string, cause?: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_BATCH', `${message}; nothing was carried out`, { cause });
}

/** An ERR_MEMCACHE_PROXY_BATCH_TOO_LARGE. */
export function batchTooLarge(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BATCH_TOO_LARGE', message);
}
