// The contract of a driver
export type {
  BatchOptions,
  CallOptions,
  CasOptions,
  FlushOptions,
  Item,
  Key,
  MemcacheDriver,
  StoreOptions,
  StoreOutcome,
} from './driver/driver.ts';
export type { Capabilities } from './driver/capabilities.ts';
export type { AnswerTaker, CallTracker, DirectCalls, DriverDirectCalls } from './driver/direct-calls.ts';
export type { MarkStaleOptions, ReadOptions, ReadResult } from './driver/read.ts';
export { isMetaRead, type MetaCommand, type MetaReply, type MetaRequest } from './driver/meta.ts';
export type { Mutation } from './driver/mutation.ts';
export type { PackedMutations } from './driver/packed-mutations.ts';

// The driver of the meta protocol
export { connectMeta, createMetaDriver } from './engine/meta-driver.ts';
export type { MetaDriverOptions } from './engine/meta-options.ts';
export type { TlsOptions, TransportOptions } from './engine/transport-options.ts';
export type { NodeAddress } from './driver/node-address.ts';
export type { QueueDepth } from './driver/queue-depth.ts';

// Messages of the diagnostics channels
export type { CommandMessage, NodeMessage } from './engine/channels.ts';

// The driver over memjs
export { createMemjsDriver } from './memjs/memjs-driver.ts';
export type { MemjsDriverOptions } from './memjs/memjs-options.ts';
export type { MemjsTarget } from './memjs/memjs-module.ts';

// Many nodes as one
export type {
  DeleteEverywhereOptions,
  MemcachePool,
  PoolNode,
  PoolNodeStats,
  ReloadOptions,
  SetEntry,
} from './pool/memcache-pool.ts';
export type { BroadcastPolicy } from './pool/broadcast.ts';
export type { NodeAnswer } from './pool/node-answer.ts';
export { createPool } from './pool/pool.ts';
export type { Cleared, PoolEvent, PoolListener } from './pool/pool-event.ts';
export type { Failover, PoolOptions, WarmUpOptions } from './pool/pool-options.ts';
export { Shadow, type ShadowOptions, type ShadowStats, type ShadowTarget } from './pool/shadow.ts';
export type { WarmUpLimits } from './pool/warm-up.ts';

// Values: codecs, those of other clients, and compression
export type { Codec, Encoded, SyncCodec } from './values/codec.ts';
export { bufferCodec } from './values/buffer-codec.ts';
export { stringCodec } from './values/string-codec.ts';
export { jsonCodec } from './values/json-codec.ts';
export { createPhpCodec, phpCodec, type PhpCodecOptions } from './values/php-codec.ts';
export type { PhpArray, PhpValue } from './values/php-value.ts';
export { createPylibmcCodec, pylibmcCodec } from './values/pylibmc-codec.ts';
export { npmMemcachedCodec } from './values/npm-memcached-codec.ts';
export { createPymemcacheCodec, pymemcacheCodec } from './values/pymemcache-codec.ts';
export type { PythonCodecOptions, PythonValue } from './values/python-codec.ts';
export { checked } from './values/checked.ts';
export { flagged } from './values/flagged.ts';
export { compressed, type CompressedOptions } from './values/compressed.ts';
export type { Compression } from '@lockstep/core/compression';

// A driver or pool with values of one type
export { withCodec } from './values/with-codec.ts';
export type {
  CodecTarget,
  TypedCache,
  TypedCacheOptions,
  ValueCasOptions,
  ValueReadResult,
  ValueStoreOptions,
  ValueWithCas,
} from './values/typed-cache.ts';

// Errors
export { MemcacheError, type MemcacheErrorCode, type MemcacheErrorOptions } from './driver/memcache-error.ts';
export type { GetOutcome, KeyOutcome, NodeOutcome } from './pool/node-outcome.ts';
