// The contract of a driver
export type { CallOptions, Capabilities, Item, Key, MemcacheDriver, StoreOptions, StoreOutcome } from './driver.ts';
export type { Mutation } from './mutation.ts';

// The driver of the meta protocol
export { connectMeta, createMetaDriver } from './meta-driver.ts';
export type { MetaDriverOptions } from './meta-options.ts';
export type { NodeAddress } from './node-address.ts';

// The driver over memjs
export { createMemjsDriver, type MemjsDriverOptions } from './memjs-driver.ts';
export type { MemjsTarget } from './memjs-client.ts';

// Many nodes as one
export type { MemcachePool, PoolNode, PoolNodeStats } from './memcache-pool.ts';
export { createPool } from './pool.ts';
export type { PoolOptions } from './pool-options.ts';

// Errors
export { MemcacheError, type MemcacheErrorCode, type MemcacheErrorOptions } from './memcache-error.ts';
export type { NodeOutcome } from './node-outcome.ts';
