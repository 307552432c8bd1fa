import { CodedError, type CodedErrorOptions } from '@lockstep/core';

/** Every code that this package throws; the README says what each one means. */
export type MemcacheProxyErrorCode =
  | 'ERR_MEMCACHE_PROXY_NOT_FOUND'
  | 'ERR_MEMCACHE_PROXY_BAD_KEY'
  | 'ERR_MEMCACHE_PROXY_BAD_TTL'
  | 'ERR_MEMCACHE_PROXY_BAD_FLAGS'
  | 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE'
  | 'ERR_MEMCACHE_PROXY_NOT_NUMERIC'
  | 'ERR_MEMCACHE_PROXY_READ_FAILED'
  | 'ERR_MEMCACHE_PROXY_WRITE_REFUSED'
  | 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN'
  | 'ERR_MEMCACHE_PROXY_WRITE_BUSY'
  | 'ERR_MEMCACHE_PROXY_HOOK_FAILED'
  | 'ERR_MEMCACHE_PROXY_MAX_PARAM_LENGTH'
  | 'ERR_MEMCACHE_PROXY_LISTENING'
  | 'ERR_MEMCACHE_PROXY_CLOSED';

/** What this package throws. Match on `code`, never on the message. */
export class MemcacheProxyError extends CodedError<MemcacheProxyErrorCode> {
  constructor(code: MemcacheProxyErrorCode, message: string, options: CodedErrorOptions = {}) {
    super(code, message, options);
  }
}
