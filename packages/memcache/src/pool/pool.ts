import type { Ring } from '@lockstep/hashring';

import { type Capabilities, commonCapabilities } from '../driver/capabilities.ts';
import type { DirectCalls } from '../driver/direct-calls.ts';
import type { CallOptions, CasOptions, Item, Key, StoreOptions, StoreOutcome } from '../driver/driver.ts';
import { type KeyEncoder, keyEncoder } from '../driver/key.ts';
import type { MetaReply, MetaRequest } from '../driver/meta.ts';
import type { Mutation } from '../driver/mutation.ts';
import type { PackedMutations } from '../driver/packed-mutations.ts';
import { type MarkStaleOptions, missedRead, type ReadOptions, type ReadResult } from '../driver/read.ts';
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
import type { NodeAnswer } from './node-answer.ts';
import type { GetOutcome, KeyOutcome, NodeOutcome } from './node-outcome.ts';
import { emitTo } from './pool-event.ts';
import { applyBatch, type BatchParts, deleteEverywhere, flushAll } from './pool-broadcasts.ts';
import { deleteMany, getMany, getManyOutcomes, type GetManyParts, setMany } from './pool-many.ts';
import { applyPacked } from './pool-packed.ts';
import { addressOf, type PoolOptions, resolvePoolRules } from './pool-options.ts';
import { nodeStats, poolNodes } from './node-stats.ts';
import { PoolDirect } from './pool-direct.ts';
import { sendMeta } from './pool-meta.ts';
import { readEverywhere } from './read-everywhere.ts';
import { Router } from './router.ts';
import { Shadow, type ShadowStats } from './shadow.ts';
import { needLeases } from './need-leases.ts';
import { StandIn } from './stand-in.ts';

/** A pool over the nodes of `ring`, with one driver for each. It connects to a node with the first call to it. */
export function createPool(options: PoolOptions): MemcachePool {
  return new Pool(options);
}

const miss = (): undefined => undefined;

class Pool implements MemcachePool {
  readonly diverts: boolean;
  readonly direct: DirectCalls;
  readonly #fleet: Fleet;
  readonly #router: Router;
  readonly #standIn: StandIn;
  readonly #shadow: Shadow | undefined;
  readonly #gutter: MemcachePool | undefined;
  readonly #encode: KeyEncoder;
  readonly #batchParts: BatchParts;
  readonly #onLateFailure: (key: Key) => (node: PoolNode['node'], error: unknown) => void;

  constructor(options: PoolOptions) {
    const { ring, createDriver, gutter, clock, random, timeoutMs = 1000 } = options;
    const rules = resolvePoolRules(options);
    if (gutter !== undefined) needLeases(gutter, "failover: 'gutter'");
    const emit = emitTo(options.onEvent);
    this.#gutter = gutter;
    this.diverts = rules.isDiverting;
    this.#encode = keyEncoder(options.keys ?? 'text');
    this.#shadow = options.shadow === undefined ? undefined : new Shadow(options.shadow, emit, clock);
    this.#fleet = new Fleet({
      ring,
      createDriver: (node) => createDriver?.(node) ?? createMetaDriver(addressOf(node), options),
      rules,
      warmUp: options.warmUp,
      emit,
      clock,
      random,
    });
    this.direct = new PoolDirect(this.#fleet, this.#shadow !== undefined);
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
    this.#batchParts = { fleet: this.#fleet, shadow: this.#shadow, encode: this.#encode, router: this.#router };
    this.#onLateFailure = (key) => (node, error) => emit({ type: 'delete-failed', node, key, error });
  }

  get ring(): Ring {
    return this.#fleet.topology.ring;
  }

  get generation(): number {
    return this.#fleet.generation;
  }

  get shadowStats(): ShadowStats {
    return this.#shadow?.stats ?? { copied: 0, failed: 0, dropped: 0 };
  }

  /** What every driver can do, as far as their servers have told their versions. */
  get capabilities(): Capabilities {
    return commonCapabilities(this.#fleet.topology.members.map((member) => member.driver));
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
      () => missedRead,
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
    return getMany(this.#router, keys, options, this.#manyParts(options));
  }

  getManyOutcomes(keys: readonly Key[], options?: CallOptions): Promise<GetOutcome[]> {
    return getManyOutcomes(this.#router, keys, options, this.#manyParts(options));
  }

  set(key: Key, value: Buffer | string, options?: StoreOptions): Promise<void> {
    return this.#router.store(
      key,
      value,
      options,
      (target, bytes, own) => target.set(key, bytes, own),
      (target, _since, own) => this.#standIn.set(target, key, value, own),
    );
  }

  add(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, options, (target, bytes, own) => target.add(key, bytes, own));
  }

  replace(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, options, (target, bytes, own) => target.replace(key, bytes, own));
  }

  cas(key: Key, value: Buffer | string, cas: bigint, options?: CasOptions): Promise<StoreOutcome> {
    // The shadow has CAS values of its own: there it becomes a miss.
    this.#shadow?.copy(key, (target) => target.delete(key));
    return this.#router.unshadowed(key, options, (target, own) => target.cas(key, value, cas, own));
  }

  append(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, options, (target, bytes, own) => target.append(key, bytes, own));
  }

  prepend(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#router.store(key, value, options, (target, bytes, own) => target.prepend(key, bytes, own));
  }

  delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#router.write(
      key,
      options,
      (target, own) => target.delete(key, own),
      (target, _since, own) => target.delete(key, own),
      true,
    );
  }

  markStale(key: Key, options?: MarkStaleOptions): Promise<boolean> {
    return this.#router.write(
      key,
      options,
      (target, own) => target.markStale(key, own),
      (target, _since, own) => this.#standIn.remove(target, key, own),
      true,
    );
  }

  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    return this.#router.write(
      key,
      options,
      (target, own) => target.touch(key, ttlSeconds, own),
      (target, since, own) => this.#standIn.has(target, key, since, own),
    );
  }

  incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#router.write(key, options, (target, own) => target.incr(key, delta, own));
  }

  decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#router.write(key, options, (target, own) => target.decr(key, delta, own));
  }

  meta(request: MetaRequest, options?: CallOptions): Promise<MetaReply> {
    return sendMeta(this.#router, this.#shadow, request, options);
  }

  setMany(entries: readonly SetEntry[], options?: CallOptions): Promise<KeyOutcome[]> {
    return setMany(this, entries, options);
  }

  deleteMany(keys: readonly Key[], options?: CallOptions): Promise<KeyOutcome[]> {
    return deleteMany(this, keys, options);
  }

  async deleteEverywhere(key: Key, options: DeleteEverywhereOptions = {}): Promise<NodeOutcome[]> {
    this.#encode(key);
    this.#shadow?.copy(key, (target) => target.delete(key));
    const left = this.#router.remaining(options);
    const own = deleteEverywhere(this.#fleet, key, { ...options, left }, this.#onLateFailure(key));
    if (this.#gutter === undefined) return own;
    const [outcomes, elsewhere] = await Promise.all([
      own,
      this.#gutter.deleteEverywhere(key, { ...options, onSettled: undefined }),
    ]);
    return [...outcomes, ...elsewhere];
  }

  async *readEverywhere(key: Key, options?: CallOptions): AsyncGenerator<NodeAnswer, void, undefined> {
    this.#encode(key);
    yield* readEverywhere(this.#fleet.reachable(), key, options);
  }

  applyBatch(mutations: readonly Mutation[], options?: CallOptions): Promise<void> {
    return applyBatch(this.#batchParts, mutations, options);
  }

  applyPacked(mutations: PackedMutations, options?: CallOptions): Promise<void> {
    return applyPacked(this.#batchParts, mutations, options);
  }

  flushAll(options?: CallOptions): Promise<void> {
    return flushAll(this.#batchParts, options);
  }

  reload(ring: Ring, options?: ReloadOptions): Promise<void> {
    return this.#fleet.reload(ring, options);
  }

  isAway(key: Key): boolean {
    return this.#fleet.topology.members.some(({ isDown }) => isDown) && this.#fleet.topology.home(key).isDown;
  }

  nodes(): PoolNode[] {
    return poolNodes(this.#fleet.topology);
  }

  stats(options?: CallOptions): Promise<PoolNodeStats[]> {
    return nodeStats(this.#fleet.topology, options);
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #manyParts(options: CallOptions | undefined): GetManyParts {
    return {
      shadow: this.#shadow,
      isWarming: this.#fleet.warmUp !== undefined,
      getOne: (key) => this.#get(key, options),
    };
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
