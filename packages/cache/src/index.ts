// The cache
export { createCache } from './create-cache.ts';
export { type Cache, type CacheHealth, type GetOrSetOptions } from './cache.ts';
export { type CacheOptions } from './cache-options.ts';
export { type ClockPer } from './local/serving-gate.ts';
export { type CacheCounters, type CacheStats } from './cache-stats.ts';

// Views
export { type InvalidateOptions, type MutateOptions, type ReadEntry, type RefreshOptions, type View } from './view.ts';
export {
  type Isolation,
  type LoadedMany,
  type ReadOptions,
  type ReadPolicy,
  type ValueOptions,
  type ViewOptions,
  type WhenPartitioned,
} from './view-options.ts';
export { type LoadContext, type LoadManyContext } from './load-context.ts';
export { cached, type Cached, type CachedCall, type CachedOptions } from './cached.ts';

// Checking what is served
export {
  type CoherenceChecker,
  type CoherenceCheckerOptions,
  type CoherenceStats,
  createCoherenceChecker,
} from './check/coherence-checker.ts';
export { type CoherenceViolation } from './check/violations.ts';

// Shared tiers
export { noSharedTier } from './shared/no-shared-tier.ts';
export { redisTier, type RedisTierOptions } from './shared/redis-tier.ts';
export { memcacheTier, type MemcacheTierOptions } from './shared/memcache-tier.ts';
export {
  type MemcacheCall,
  type MemcacheOutcome,
  type MemcacheRead,
  type MemcacheTarget,
} from './shared/memcache-target.ts';
export {
  type ClaimBound,
  type FenceBound,
  type SharedAnswer,
  type SharedBound,
  type SharedContext,
  type SharedFill,
  type SharedRead,
  type SharedStore,
  type SharedTier,
  type SharedValue,
} from './shared/shared-tier.ts';

// Codecs of the shared tier
export { type Codec, jsonForm, type MaybePromise, type ValueCodec, type ValueForm } from './codecs/codec.ts';
export { jsonCodec } from './codecs/json-codec.ts';
export { bytesCodec } from './codecs/bytes-codec.ts';
export { v8Codec } from './codecs/v8-codec.ts';
export { msgpackCodec } from './codecs/msgpack-codec.ts';
export { compressed, type CompressedOptions } from './codecs/compressed.ts';
export { type Compression } from '@lockstep/core/compression';
export { encrypted, type EncryptedOptions } from './codecs/encrypted.ts';

// Channels
export {
  type HeardMessage,
  type InvalidateMessage,
  type LagMessage,
  type LoadMessage,
  type ResetMessage,
  type ViolationMessage,
} from './channels.ts';

// Errors
export { CacheError, type CacheErrorCode } from './cache-error.ts';
