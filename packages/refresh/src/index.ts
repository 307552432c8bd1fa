// Errors
export { RefreshError, type RefreshErrorCode, type RefreshErrorOptions } from './refresh-error.ts';

// Where entries live
export { type Content, type Part, type Scored, type Shape } from './store/content.ts';
export {
  type BeginOptions,
  type Begun,
  type EntryStore,
  type Freshness,
  type Prolongation,
  type Replacement,
  type StoreCallOptions,
  type StoredEntry,
  type WriteOutcome,
} from './store/entry-store.ts';
export { createMemcacheStore, type MemcacheStoreOptions } from './store/memcache/memcache-store.ts';
export type { MemcacheCall, MemcacheOutcome, MemcacheRead, MemcacheTarget } from './store/memcache/memcache-target.ts';
export { createMemoryStore, type MemoryStoreOptions } from './store/memory/memory-store.ts';
export { createRedisStore, type RedisStoreOptions } from './store/redis/redis-store.ts';
export { createSourceStores, type SourceStoresOptions } from './store/source-stores.ts';

// Which tasks wait
export {
  type ConsumeOptions,
  type DeadTask,
  type DropOptions,
  type QueueCallOptions,
  type QueueCounts,
  type RefreshPriority,
  type RefreshQueue,
  type RefreshReason,
  type RefreshTask,
  type TaskConsumer,
  type TaskContext,
  type TaskHandler,
  type TaskOutcome,
} from './queue/refresh-queue.ts';
export { createMemoryQueue, type MemoryQueueOptions } from './queue/memory/memory-queue.ts';
export type { RetryBackoff } from './queue/retry-delay.ts';
export type { RetryOptions } from './queue/retry-settings.ts';

// What is refreshed
export { defineRefresh } from './definition/define-refresh.ts';
export {
  type AnyRefreshOptions,
  type HashRefreshOptions,
  type ListRefreshOptions,
  type Loaded,
  type LoadRequest,
  type RefreshDefinition,
  type RefreshLoader,
  type RefreshPolicy,
  unchanged,
  type ValueRefreshOptions,
  type ZsetRefreshOptions,
} from './definition/refresh-definition.ts';
export { bytesCodec, jsonCodec, type RefreshCodec } from './definition/refresh-codec.ts';
export { createIdParams, type IdParams } from './definition/id-params.ts';
export { refreshKey } from './definition/refresh-key.ts';

// What readers use
export { createRefreshGateway } from './gateway/create-refresh-gateway.ts';
export {
  type PageOptions,
  type ReadOptions,
  type RefreshAnswer,
  type RefreshGateway,
  type SourceReads,
} from './gateway/refresh-gateway.ts';
export { type RefreshGatewayOptions } from './gateway/gateway-options.ts';
export { type MemoryOptions } from './gateway/local-entries.ts';
export { type GatewayStats } from './gateway/gateway-stats.ts';

// What loads
export { createRefreshWorker } from './worker/create-refresh-worker.ts';
export { type RefreshWorker } from './worker/refresh-worker.ts';
export { type RefreshWorkerOptions } from './worker/worker-options.ts';
export { type WorkerStats } from './worker/worker-stats.ts';
export { type ChangeOptions, type EntryChanges } from './load/entry-changes.ts';
export { type OnStored, type StoredNotice } from './load/announcer.ts';

// Kill switches
export { createMemorySwitches, type SourceSwitches } from './worker/source-switches.ts';
export { createRedisSwitches, type RedisSwitchesOptions } from './worker/redis-switches.ts';

// Diagnostics channels
export { type RefreshLoadMessage, type RefreshReadMessage, type RefreshTaskMessage } from './channels.ts';

// When nobody asks
export {
  createSchedule,
  type PlanStatus,
  type Schedule,
  type ScheduleOptions,
  type WarmUpOptions,
} from './schedule/create-schedule.ts';
export { checkPlan, type KeyList, type SchedulePlan } from './schedule/schedule-plan.ts';
