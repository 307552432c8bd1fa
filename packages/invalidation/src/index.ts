// The log
export {
  type CaughtUpOptions,
  type ClearOptions,
  type Follower,
  type FollowOptions,
  type Invalidation,
  type InvalidationLog,
  type PublishOptions,
  type ResetReason,
  type SyncOptions,
} from './invalidation-log.ts';
export { type FollowerStats } from './follower-stats.ts';
export { type InvalidationKey } from './invalidation-key.ts';
export { createRedisLog, type RedisLog } from './redis/redis-log.ts';
export { type RedisLogKeys } from './redis/log-keyspace.ts';
export { type RedisLogOptions } from './redis/redis-log-options.ts';
export { createMemoryLog, type MemoryLogOptions } from './memory/memory-log.ts';

// One follower for all processes of a host
export { createRelay, type Relay, type RelayOptions } from './relay/relay.ts';
export { createRelayLog, type RelayLogOptions } from './relay/relay-log.ts';
export { type RelaySocket, type RelaySocketOptions } from './relay/relay-socket.ts';
export { type RelayWire } from './relay/relay-wire.ts';
export { type Passage } from './passage.ts';

// What hears it
export { type CoherentMap, type CoherentMapOptions, createCoherentMap } from './map/coherent-map.ts';

// Channels
export { type FollowerGapMessage, type FollowerLeaseMessage, type FollowerResetMessage } from './channels.ts';

// Errors
export { InvalidationError, type InvalidationErrorCode } from './invalidation-error.ts';
