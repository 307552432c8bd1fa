import type { Ring } from '@lockstep/hashring';

import { type Capabilities, noCapabilities } from '../driver/capabilities.ts';
import type { CallOptions, CasOptions, Item, Key, StoreOptions, StoreOutcome } from '../driver/driver.ts';
import { type KeyEncoder, keyEncoder } from '../driver/key.ts';
import type { Mutation } from '../driver/mutation.ts';
import type { MarkStaleOptions, ReadOptions, ReadResult } from '../driver/read.ts';
import { createMetaDriver } from '../engine/meta-driver.ts';
import { Fleet } from './fleet.ts';
import type {
  DeleteEverywhereOptions,
  MemcachePool,
  PoolNode,
  PoolNodeStats,
  ReloadOptions,
  SetEntry,
} from './memcache-pool.ts';
import type { KeyOutcome, NodeOutcome } from './node-outcome.ts';
import { emitTo } from './pool-event.ts';
import { applyBatch, deleteEverywhere, flushAll } from './pool-broadcasts.ts';
import { deleteMany, getMany, setMany } from './pool-many.ts';
import { addressOf, type PoolOptions, resolvePoolRules } from './pool-options.ts';
import { Router } from './router.ts';
import { Shadow, type ShadowStats } from './shadow.ts';
import { needLeases } from './need-leases.ts';
import { missResult, StandIn } from './stand-in.ts';

/** A pool over the nodes of `ring`, with one driver for each. It connects to a node with the first call to it. */
export function createPool(options: PoolOptions): MemcachePool {
  return new Pool(options);
}

const miss = (): undefined => undefined;

class Pool implements MemcachePool {
  readonly #fleet: Fleet;
  readonly #router: Router;
  readonly #standIn: StandIn;
  readonly #shadow: Shadow | undefined;
  readonly #gutter: MemcachePool | undefined;
  readonly #encode: KeyEncoder;
  readonly #onLateFailure: (key: Key) => (node: PoolNode['node'], error: unknown) => void;

  constructor(options: PoolOptions) {
    const { ring, createDriver, gutter, clock, random, timeoutMs = 1000 } = options;
    const rules = resolvePoolRules(options);
    if (gutter !== undefined) needLeases(gutter, "failover: 'gutter'");
    const emit = emitTo(options.onEvent);
    this.#gutter = gutter;
    this.#encode = keyEncoder(options.keys ?? 'text');
    this.#shadow = options.shadow === undefined ? undefined : new Shadow(options.shadow, emit);
    this.#fleet = new Fleet({
      ring,
      createDriver: (node) => createDriver?.(node) ?? createMetaDriver(addressOf(node), options),
      rules,
      warmUp: options.warmUp,
      emit,
      clock,
      random,
    });
    this.#standIn = new StandIn({ ttlSeconds: rules.failoverTtlSeconds, clock });
    this.#router = new Router({
      fleet: this.#fleet,
      encode: this.#encode,
      shadow: this.#shadow,
      gutter,
      missOnFault: rules.failover !== 'none',
      timeoutMs,
      clock,
    });
    this.#onLateFailure = (key) => (node, error) => emit({ type: 'delete-failed', node, key, error });
  }

  get ring(): Ring {
    return this.#fleet.topology.ring;
  }

  get shadowStats(): ShadowStats {
    return this.#shadow?.stats ?? { copied: 0, failed: 0, dropped: 0 };
  }

  /** What every driver can do, as far as their servers have told their versions. */
  get capabilities(): Capabilities {
    const { members } = this.#fleet.topology;
    const every = (name: string): boolean =>
      members.every(({ driver }) => driver.capabilities[name as keyof Capabilities]);
    return Object.fromEntries(
      Object.keys(noCapabilities).map((name) => [name, every(name)]),
    ) as unknown as Capabilities;
  }

  get(key: Key, options?: CallOptions): Promise<Item | undefined> {
    const answer = this.#get(key, options);
    if (this.#fleet.warmUp === undefined) return answer;
    const left = this.#router.remaining(options);
    return answer.then((item) => this.#router.warm(key, item, left));
  }

  gets(key: Key, options?: CallOptions): Promise<Item | undefined> {
    // Elsewhere there is no CAS value that means anything, and who asks for one is to see a miss.
    return this.#router.read<Item | undefined>(
      key,
      (target) => target.gets(key, options),
      async () => undefined,
      miss,
    );
  }

  read(key: Key, options?: ReadOptions): Promise<ReadResult> {
    return this.#router.read(
      key,
      (target) => target.read(key, options),
      (target, since) => this.#standIn.read(target, key, since, options),
      () => missResult,
    );
  }

  gat(key: Key, ttlSeconds: number, options?: CallOptions): Promise<Item | undefined> {
    return this.#router.read<Item | undefined>(
      key,
      (target) => target.gat(key, ttlSeconds, options),
      (target, since) => this.#standIn.get(target, key, since, options),
      miss,
    );
  }

  getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]> {
    return getMany(this.#router, keys, options, {
      shadow: this.#shadow,
      isWarming: this.#fleet.warmUp !== undefined,
      getOne: (key) => this.#get(key, options),
    });
  }

  set(key: Key, value: Buffer | string, options?: StoreOptions): Promise<void> {
    return this.#router.store(
      key,
      value,
      (target, bytes) => target.set(key, bytes, options),
      (target) => this.#standIn.set(target, key, value, options),
    );
  }

  add(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, (target, bytes) => target.add(key, bytes, options));
  }

  replace(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, (target, bytes) => target.replace(key, bytes, options));
  }

  cas(key: Key, value: Buffer | string, cas: bigint, options?: CasOptions): Promise<StoreOutcome> {
    // The shadow has CAS values of its own: there it becomes a miss.
    this.#shadow?.copy(key, (target) => target.delete(key));
    return this.#router.unshadowed(key, (target) => target.cas(key, value, cas, options), undefined, false);
  }

  append(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, (target, bytes) => target.append(key, bytes, options));
  }

  prepend(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, (target, bytes) => target.prepend(key, bytes, options));
  }

  delete(key: Key, options?: CallOptions): Promise<boolean> {
    const call = (target: { delete: MemcachePool['delete'] }): Promise<boolean> => target.delete(key, options);
    return this.#router.write(key, call, call, true);
  }

  markStale(key: Key, options: MarkStaleOptions = {}): Promise<boolean> {
    const { timeoutMs, signal } = options;
    return this.#router.write(
      key,
      (target) => target.markStale(key, options),
      (target) => target.delete(key, { ...(timeoutMs === undefined ? {} : { timeoutMs }), signal }),
      true,
    );
  }

  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    return this.#router.write(
      key,
      (target) => target.touch(key, ttlSeconds, options),
      (target, since) => this.#standIn.has(target, key, since, options),
    );
  }

  incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#router.write(key, (target) => target.incr(key, delta, options), undefined);
  }

  decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#router.write(key, (target) => target.decr(key, delta, options), undefined);
  }

  setMany(entries: readonly SetEntry[], options?: CallOptions): Promise<KeyOutcome[]> {
    return setMany(this, entries, options);
  }

  deleteMany(keys: readonly Key[], options?: CallOptions): Promise<KeyOutcome[]> {
    return deleteMany(this, keys, options);
  }

  async deleteEverywhere(key: Key, options: DeleteEverywhereOptions = {}): Promise<NodeOutcome[]> {
    this.#encode(key);
    const own = deleteEverywhere(this.#fleet, key, options, this.#onLateFailure(key));
    if (this.#gutter === undefined) return own;
    const [outcomes, elsewhere] = await Promise.all([own, this.#gutter.deleteEverywhere(key, options)]);
    return [...outcomes, ...elsewhere];
  }

  async applyBatch(mutations: readonly Mutation[], options?: CallOptions): Promise<void> {
    // One bad key must not leave the other nodes written and the batch refused.
    for (const mutation of mutations) this.#encode(mutation.key);
    await applyBatch(this.#fleet, mutations, options);
  }

  async flushAll(options?: CallOptions): Promise<void> {
    await flushAll(this.#fleet, options);
  }

  reload(ring: Ring, options?: ReloadOptions): Promise<void> {
    return this.#fleet.reload(ring, options);
  }

  nodes(): PoolNode[] {
    const { ring, members } = this.#fleet.topology;
    return ring.nodes.map((node, index) => ({ node, up: members[index]!.serves() && members[index]!.driver.isUp }));
  }

  stats(options?: CallOptions): Promise<PoolNodeStats[]> {
    const { ring, members } = this.#fleet.topology;
    return Promise.all(
      ring.nodes.map((node, index) =>
        members[index]!.driver.stats(options).then(
          (stats): PoolNodeStats => ({ node, stats }),
          (error: unknown): PoolNodeStats => ({ node, error }),
        ),
      ),
    );
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #get(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#router.read<Item | undefined>(
      key,
      (target) => target.get(key, options),
      (target, since) => this.#standIn.get(target, key, since, options),
      miss,
    );
  }
}
