import { MemcacheProxyError } from '../memcache-proxy-error.ts';

/** An ERR_MEMCACHE_PROXY_WRITE_BUSY. */
export function writeBusy(queueTimeoutMs: number): MemcacheProxyError {
  const message = `nothing was written: earlier writes to the key took longer than ${queueTimeoutMs} ms, or too many writes or bytes wait`;
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_WRITE_BUSY', message);
}

/** An ERR_MEMCACHE_PROXY_READ_ONLY. */
export function readOnly(): MemcacheProxyError {
  const message = 'nothing was written: keys of this class are read-only';
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_READ_ONLY', message);
}
