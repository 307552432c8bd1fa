// The log
export {
  type Follower,
  type FollowOptions,
  type InvalidationLog,
  type PublishOptions,
  type ResetReason,
} from './invalidation-log.ts';
export { type InvalidationKey } from './invalidation-key.ts';
export { createRedisLog, type RedisLogOptions } from './redis-log.ts';
export { createMemoryLog, type MemoryLogOptions } from './memory-log.ts';

// What hears it
export { type CoherentMap, type CoherentMapOptions, createCoherentMap } from './coherent-map.ts';

// Errors
export { InvalidationError, type InvalidationErrorCode } from './invalidation-error.ts';
