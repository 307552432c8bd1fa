// The backend that both faces stand on
export { createBackend, type BackendOptions } from './create-backend.ts';
export type { Backend, BackendStoreOptions } from './backend.ts';
export type { PoolLike } from './pool-like.ts';

// What happens on a write
export type { ProxyWrite, WriteHook } from './write-hook.ts';

// HTTP
export { memcacheHttp, type MemcacheHttpOptions } from './http/memcache-http.ts';
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
