// The backend that both faces stand on
export { createBackend, type BackendOptions } from './backend/create-backend.ts';
export type { Backend, BackendStoreOptions } from './backend/backend.ts';
export type { PoolLike } from './backend/pool-like.ts';

// What happens on a write
export type { ProxyWrite, WriteHook } from './backend/write-hook.ts';

// HTTP
export { memcacheHttp, type MemcacheHttpOptions } from './http/cache/memcache-http.ts';
export type { Problem } from './http/problem.ts';

// The memcached text protocol
export {
  createMemcacheServer,
  type ListenTarget,
  type MemcacheServer,
  type MemcacheServerOptions,
  type ServerAddress,
} from './text/memcache-server.ts';

// Diagnostics
export { FAILURE_CHANNEL, type ProxyFailure } from './failure-channel.ts';

// Errors
export { MemcacheProxyError, type MemcacheProxyErrorCode } from './memcache-proxy-error.ts';
