// The backend that both faces stand on
export { createBackend, type BackendOptions } from './backend/create-backend.ts';
export type {
  Backend,
  BackendCallOptions,
  BackendCasOptions,
  BackendDeleteOptions,
  BackendNodesOptions,
  BackendReadOptions,
  BackendStoreOptions,
  ReadOutcome,
} from './backend/backend.ts';
export type { PoolLike } from './backend/pool-like.ts';
export type { BackendCounts, BackendStats } from './backend/tally.ts';

// Classes of keys, and the pools that they go to
export type { BackendClass, ReadPolicy, WritePolicy } from './backend/backend-class.ts';
export type { BackendPools } from './backend/routes.ts';
export type { NamedPool } from './backend/named-pool.ts';
export type { DeleteReach, DeleteSpool, ProofOutcome, StoreProof } from './backend/delete-spool.ts';

// What happens on a write
export type { ProxyWrite, WriteHook } from './backend/write-hook.ts';

// Failed deletes, kept until they succeed
export { createSpool } from './spool/create-spool.ts';
export type { SpoolOptions } from './spool/spool-options.ts';
export type { ListedEntry, Spool, SpoolListOptions, SpoolReplayOptions, SpoolStats } from './spool/spool.ts';
export type { SpoolEntry } from './spool/spool-entry.ts';
export type { PassReport } from './spool/replayer.ts';
export type { ApplyOptions, ClaimValues, DeleteOutcome, DeleteTarget } from './spool/apply-deletes.ts';
export { createPoolDeletes, type ReplayedPool } from './spool/pool-deletes.ts';
export { SPOOL_CHANNEL, type SpoolEvent } from './spool/spool-channel.ts';

// HTTP
export { memcacheHttp, type MemcacheHttpOptions } from './http/cache/memcache-http.ts';
export type { FastLaneAnswer, FastLaneOptions } from './http/fast-lane/fast-lane.ts';
export { waitedInLane } from './http/fast-lane/lane-read.ts';
export type { CacheFaceOptions } from './http/cache/cache-face.ts';
export { rewriteCacheUrl } from './http/cache/rewrite-url.ts';
export { type ClientKey, fromStoredKey, type LongKeys, toStoredKey } from './http/cache/stored-key.ts';
export {
  type BodyFacts,
  type ContentEncoding,
  type ContentFlags,
  type ContentFlagsOptions,
  createContentFlags,
} from './http/cache/content-flags.ts';
export type { CompressionOptions, FlagBits } from './http/cache/compression.ts';
export type { BatchLimits } from './http/cache/batch/batch-limits.ts';
export { PROBLEM_TYPE, type Problem, sendProblem } from './http/problem.ts';

// HTTP: keys from templates
export {
  memcacheTemplates,
  type MemcacheTemplatesOptions,
  type TemplateReader,
} from './http/templates/memcache-templates.ts';
export { KeyTemplates, type TemplateMatch } from './http/templates/key-templates.ts';
export type { KeyMemoOptions } from './http/templates/key-memo.ts';
export type { KeyParam, KeyTemplate } from './http/templates/key-template.ts';

// HTTP: the description of the routes
export { memcacheOpenapi, type MemcacheOpenapiOptions } from './http/openapi/memcache-openapi.ts';

// What each node holds, over HTTP
export { memcacheNodes, type MemcacheNodesOptions, type NodesBackend } from './http/nodes/memcache-nodes.ts';
export type { NodeDeleteOutcome, NodeNames, PartialDeleteProblem } from './http/nodes/node-report.ts';
export { paths as nodesPaths } from './http/nodes/openapi.ts';

// Queues and invalidations, pushed over HTTP
export { memcacheStream, type MemcacheStreamOptions } from './http/push/memcache-stream.ts';
export type { QueueNode, QueueOptions } from './http/push/queue-rules.ts';
export { memcacheChanges, type MemcacheChangesOptions } from './http/push/memcache-changes.ts';
export type {
  ChangeLog,
  ChangeLogEntry,
  ChangeLogFollower,
  ChangeLogFollowOptions,
  ChangeLogGap,
} from './http/push/change-log.ts';
export { STREAM_TYPES, type StreamFormat } from './http/push/stream-format.ts';
export { paths as pushPaths } from './http/push/openapi.ts';

// What keeps the HTTP face safe
export { type Guards, memcacheGuards, type MemcacheGuardsOptions } from './http/guards/memcache-guards.ts';
export type { AddressOptions } from './http/guards/client-address.ts';
export type { ForwardedHeader } from './http/guards/forwarded-hops.ts';
export type { AddressEntry } from './http/guards/address-entry.ts';
export type { AddressRules, AddressRulesSnapshot } from './http/guards/address-lists.ts';
export type { BearerToken, Scope } from './http/guards/bearer-token.ts';
export type { TokenRules } from './http/guards/token-table.ts';
export type { RateLimit, RateRules, RouteRateLimit } from './http/guards/rate-rules.ts';
export type { RateLimitOptions } from './http/guards/rate-limits.ts';
export type { LoadShedOptions } from './http/guards/load-shed.ts';
export type { RouteAccess, RouteGuard } from './http/guards/route-guard.ts';
export { findGuardProblems, type GuardRuleSet } from './http/guards/check-guard-rules.ts';
export type { GuardCounts } from './http/guards/guard-counts.ts';
export { GUARD_CHANNEL, type GuardEvent } from './http/guards/guard-channel.ts';
export { CLIENT_GONE_CHANNEL, type ClientGone, clientGone } from './http/guards/client-gone.ts';
export { type HttpServerLimits, httpServerOptions } from './http/guards/http-server-options.ts';
export { paths as guardsPaths } from './http/guards/openapi.ts';

// Where bans are kept
export type { BanStore, BanStoreCallOptions, StoredBans } from './http/guards/ban-store.ts';
export { createFileBanStore, type FileBanStoreOptions } from './http/guards/file-ban-store.ts';
export { createRedisBanStore, type RedisBanStoreOptions } from './http/guards/redis-ban-store.ts';

// The memcached text protocol
export { createMemcacheServer, type MemcacheServer } from './text/memcache-server.ts';
export type { MemcacheServerOptions } from './text/server-options.ts';
export type { ListenTarget, ListenTls, ServerAddress } from './text/listen-target.ts';
export type { ServerStats } from './text/server-stats.ts';

// Diagnostics
export { FAILURE_CHANNEL, type ProxyFailure } from './failure-channel.ts';

// Errors
export { MemcacheProxyError, type MemcacheProxyErrorCode } from './memcache-proxy-error.ts';
