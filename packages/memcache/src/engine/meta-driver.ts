import type { Capabilities } from '../driver/capabilities.ts';
import type {
  BatchOptions,
  CallOptions,
  CasOptions,
  FlushOptions,
  Item,
  Key,
  MemcacheDriver,
  StoreOptions,
  StoreOutcome,
} from '../driver/driver.ts';
import type { DriverDirectCalls } from '../driver/direct-calls.ts';
import type { MetaReply, MetaRequest } from '../driver/meta.ts';
import type { Mutation } from '../driver/mutation.ts';
import { checkAddress, type NodeAddress } from '../driver/node-address.ts';
import type { PackedMutations } from '../driver/packed-mutations.ts';
import type { QueueDepth } from '../driver/queue-depth.ts';
import type { MarkStaleOptions, ReadOptions, ReadResult } from '../driver/read.ts';
import {
  collectCount,
  collectFound,
  collectItem,
  collectItemWithCas,
  collectOk,
  collectRead,
  collectStats,
  collectStore,
  collectStored,
  collectTouched,
  collectVersion,
} from '../protocol/collectors.ts';
import {
  decrCommand,
  deleteCommand,
  flushCommand,
  getAndTouchCommand,
  getsCommand,
  incrCommand,
  markStaleCommand,
  readCommand,
  touchCommand,
} from '../protocol/commands.ts';
import { supports } from '../protocol/features.ts';
import { planPacked } from '../protocol/packed-batch.ts';
import { OpaqueCounter } from '../protocol/opaque-counter.ts';
import { LinkDirectCalls } from './link-direct-calls.ts';
import { MetaDriverCalls } from './meta-driver-calls.ts';
import { applyMutations, applyPackedMutations, getMany } from './meta-driver-many.ts';
import { type MetaDriverOptions, type ResolvedMetaOptions, resolveMetaOptions } from './meta-options.ts';
import { NodeLink } from './node-link.ts';

/**
 * A driver of the meta protocol for one node: one connection, all calls of an event-loop turn in one
 * write, replies matched in order and checked by an opaque number. It connects with the first call.
 */
export function createMetaDriver(address: NodeAddress, options: MetaDriverOptions = {}): MemcacheDriver {
  return new MetaDriver(address, options);
}

/**
 * As `createMetaDriver`, and resolves when the server has answered.
 *
 * @throws MemcacheError ERR_MEMCACHE_NODE_DOWN when it cannot be reached.
 */
export async function connectMeta(address: NodeAddress, options: MetaDriverOptions = {}): Promise<MemcacheDriver> {
  const driver = createMetaDriver(address, options);
  try {
    await driver.version({ timeoutMs: resolveMetaOptions(options).connectTimeoutMs });
  } catch (error) {
    await driver.close();
    throw error;
  }
  return driver;
}

class MetaDriver implements MemcacheDriver {
  readonly #options: ResolvedMetaOptions;
  readonly #link: NodeLink;
  readonly #calls: MetaDriverCalls;
  readonly direct: DriverDirectCalls;

  constructor(address: NodeAddress, options: MetaDriverOptions) {
    this.#options = resolveMetaOptions(options);
    this.#link = new NodeLink(checkAddress(address), this.#options);
    const opaques = new OpaqueCounter();
    this.#calls = new MetaDriverCalls(this.#link, this.#options, opaques);
    this.direct = new LinkDirectCalls(this.#link, this.#options, opaques);
  }

  get capabilities(): Capabilities {
    const version = this.#link.serverVersion;
    return {
      flags: true,
      cas: true,
      multiGet: true,
      counters: true,
      append: true,
      lease: true,
      stale: true,
      meta: true,
      explicitCas: supports(version, 'explicitCas'),
      conditionalGet: supports(version, 'conditionalGet'),
    };
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  get generation(): number {
    return this.#link.generation;
  }

  get queued(): QueueDepth {
    return this.#link.queued;
  }

  get(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#calls.get(options, key);
  }

  gets(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#calls.key(options, key, getsCommand, undefined, collectItemWithCas);
  }

  read(key: Key, options: ReadOptions = {}): Promise<ReadResult> {
    const isConditional = options.unlessCas !== undefined;
    const needs = isConditional ? 'conditionalGet' : undefined;
    return this.#calls.key(options, key, readCommand, options, collectRead(isConditional), needs);
  }

  gat(key: Key, ttlSeconds: number, options?: CallOptions): Promise<Item | undefined> {
    return this.#calls.key(options, key, getAndTouchCommand, ttlSeconds, collectItem);
  }

  getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]> {
    return getMany(this.#calls, keys, options);
  }

  set(key: Key, value: Buffer | string, options?: StoreOptions): Promise<void> {
    return this.#calls.store(options, key, value, 'set', collectStored);
  }

  add(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#calls.store(options, key, value, 'add', collectStore);
  }

  replace(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#calls.store(options, key, value, 'replace', collectStore);
  }

  cas(key: Key, value: Buffer | string, cas: bigint, options?: CasOptions): Promise<StoreOutcome> {
    return this.#calls.store(options, key, value, cas, collectStore);
  }

  append(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#calls.store(options, key, value, 'append', collectStore);
  }

  prepend(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#calls.store(options, key, value, 'prepend', collectStore);
  }

  delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#calls.key(options, key, deleteCommand, undefined, collectFound);
  }

  markStale(key: Key, options: MarkStaleOptions = {}): Promise<boolean> {
    const needs = options.explicitCas === undefined ? undefined : 'explicitCas';
    return this.#calls.key(options, key, markStaleCommand, options, collectFound, needs);
  }

  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    return this.#calls.key(options, key, touchCommand, ttlSeconds, collectTouched);
  }

  incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#calls.key(options, key, incrCommand, delta, collectCount);
  }

  decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#calls.key(options, key, decrCommand, delta, collectCount);
  }

  meta(request: MetaRequest, options?: CallOptions): Promise<MetaReply> {
    return this.#calls.meta(options, request);
  }

  batch(mutations: readonly Mutation[], options?: BatchOptions): Promise<void> {
    return applyMutations(this.#calls, mutations, this.#options.clock.now(), options);
  }

  packedBatch(mutations: PackedMutations, indexes: readonly number[], options?: CallOptions): Promise<void> {
    return applyPackedMutations(this.#calls, planPacked(mutations, indexes, this.#options.clock.now()), options);
  }

  async flushAll(options: FlushOptions = {}): Promise<void> {
    await this.#calls.text(options, flushCommand(options.delaySeconds ?? 0), collectOk);
  }

  stats(options?: CallOptions): Promise<Map<string, string>> {
    return this.#calls.text(options, 'stats\r\n', collectStats());
  }

  version(options?: CallOptions): Promise<string> {
    return this.#calls.text(options, 'version\r\n', collectVersion);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
