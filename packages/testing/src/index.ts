// Servers
export { startRedis, type RedisOptions, type RedisServer } from './redis-server.ts';
export {
  type FailoverOptions,
  type RedisCluster,
  type RedisClusterOptions,
  startRedisCluster,
} from './redis-cluster.ts';
export { clusterSlot } from './redis-cluster-slot.ts';
export { type RedisSentinel, type RedisSentinelOptions, startRedisSentinel } from './redis-sentinel.ts';
export { attachReplica, detachReplica } from './redis-replication.ts';
export { startMemcached, type MemcachedOptions, type MemcachedServer } from './memcached-server.ts';
export type { RestartOptions, ServerOptions, StopOptions, TestServer } from './test-server.ts';

// Faults on the network
export { startFaultProxy, type FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export type { DelayOptions, ThrottleOptions } from './link-faults.ts';
export type { ByteRange, BytePosition, Direction } from './byte-faults.ts';

// Leaks
export { checkLeaks, type LeakOptions, type LeakReport } from './check-leaks.ts';

// Errors
export { TestingError, type TestingErrorCode } from './testing-error.ts';
