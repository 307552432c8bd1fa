import type { Clock } from '@lockstep/core';
import {
  isMetaRead,
  type DirectCalls,
  type Item,
  type Key,
  type MarkStaleOptions,
  type MetaReply,
  type MetaRequest,
  type NodeAnswer,
  type NodeOutcome,
  type ReadResult,
  type StoreOutcome,
} from '@lockstep/memcache';

import type {
  Backend,
  BackendCallOptions,
  BackendCasOptions,
  BackendDeleteOptions,
  BackendNodesOptions,
  BackendReadOptions,
  BackendStoreOptions,
  ReadOutcome,
} from './backend.ts';
import { BackendDirect } from './backend-direct.ts';
import { flushPools } from './flush-pools.ts';
import type { HookedWrites } from './hooked-writes.ts';
import { mergeAnswers } from './merge-answers.ts';
import { metaWrite } from './meta-write.ts';
import type { PoolWrite } from './pool-write.ts';
import * as writes from './pool-writes.ts';
import type { Route } from './route.ts';
import { getByPolicy, readByPolicy } from './route-reads.ts';
import { type BackendPools, compileRoutes, type Routes } from './routes.ts';
import { readMany } from './read-many.ts';
import { type BackendCounts, type BackendStats, Tally } from './tally.ts';
import { boundTtl } from './ttl-bounds.ts';

/** What a PoolBackend is made of. */
export interface PoolBackendOptions {
  readonly pools: BackendPools;
  readonly writes: HookedWrites;
  readonly clock: Clock;
}

/** See `createBackend`. */
export class PoolBackend implements Backend {
  readonly #writes: HookedWrites;
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();
  readonly #total = new Tally();
  readonly direct: DirectCalls;
  #routes: Routes;

  constructor(options: PoolBackendOptions) {
    this.#writes = options.writes;
    this.#clock = options.clock;
    this.#routes = compileRoutes(options.pools, this.#tallies, this.#total);
    this.direct = new BackendDirect({ ...options, routes: () => this.#routes });
  }

  get(key: Key, options?: BackendCallOptions): Promise<Item | undefined> {
    const route = this.#routes.find(key);
    const answer = route.isPlain ? route.first.get(key, options) : getByPolicy(route, key, options);
    route.readBegan(1);
    return answer.then(route.onItem, failureOf(route, options));
  }

  gets(key: Key, options?: BackendCallOptions): Promise<Item | undefined> {
    const route = this.#routes.find(key);
    const answer = route.first.gets(key, options);
    route.shadow(key, (pool) => pool.get(key));
    route.readBegan(1);
    return answer.then(route.onItem, failureOf(route, options));
  }

  getMany(keys: readonly Key[], options?: BackendCallOptions): Promise<ReadOutcome[]> {
    return readMany(this.#routes, keys, options);
  }

  read(key: Key, options: BackendReadOptions = {}): Promise<ReadResult> {
    const route = this.#routes.find(key);
    const { signal, touchSeconds } = options;
    if (touchSeconds !== undefined) {
      const bounded = { ...options, signal: undefined, touchSeconds: this.#bound(route, touchSeconds) };
      return this.#writes.run(route, key, writes.readAndTouch(key, bounded), signal);
    }
    const allowed = route.isReadOnly ? withoutLease(options) : options;
    const answer = route.isPlain ? route.first.read(key, allowed) : readByPolicy(route, key, allowed);
    route.readBegan(1);
    return answer.then(route.onResult, failureOf(route, options));
  }

  meta(asked: MetaRequest, options?: BackendCallOptions): Promise<MetaReply> {
    const route = this.#routes.find(asked.key);
    const request = route.isReadOnly && asked.command === 'mg' ? withoutLeaseFlags(asked) : asked;
    if (!isMetaRead(request))
      return this.#write(route, request.key, metaWrite(request, route.ttl, this.#clock), options);
    const answer = route.first.meta(request, options);
    route.shadow(request.key, (pool) => pool.meta(request));
    route.readBegan(1);
    return answer.then(route.onReply, failureOf(route, options));
  }

  readEverywhere(key: Key, options?: BackendNodesOptions): AsyncIterable<NodeAnswer> {
    return this.#readEverywhere(this.#routes.find(key), key, options);
  }

  gat(key: Key, ttlSeconds: number, options?: BackendCallOptions): Promise<Item | undefined> {
    const route = this.#routes.find(key);
    return this.#write(route, key, writes.gat(key, this.#bound(route, ttlSeconds)), options);
  }

  set(key: Key, value: Buffer, options?: BackendStoreOptions): Promise<void> {
    const route = this.#routes.find(key);
    return this.#write(route, key, writes.set(this.#toStore(route, key, value, options)), options);
  }

  add(key: Key, value: Buffer, options?: BackendStoreOptions): Promise<StoreOutcome> {
    const route = this.#routes.find(key);
    return this.#write(route, key, writes.add(this.#toStore(route, key, value, options)), options);
  }

  replace(key: Key, value: Buffer, options?: BackendStoreOptions): Promise<StoreOutcome> {
    const route = this.#routes.find(key);
    return this.#write(route, key, writes.replace(this.#toStore(route, key, value, options)), options);
  }

  cas(key: Key, value: Buffer, cas: bigint, options: BackendCasOptions = {}): Promise<StoreOutcome> {
    const route = this.#routes.find(key);
    const { orStale = false } = options;
    return this.#write(route, key, writes.cas(this.#toStore(route, key, value, options), cas, orStale), options);
  }

  append(key: Key, value: Buffer, options?: BackendCallOptions): Promise<StoreOutcome> {
    const route = this.#routes.find(key);
    return this.#write(route, key, writes.append(key, keep(route, value)), options);
  }

  prepend(key: Key, value: Buffer, options?: BackendCallOptions): Promise<StoreOutcome> {
    const route = this.#routes.find(key);
    return this.#write(route, key, writes.prepend(key, keep(route, value)), options);
  }

  delete(key: Key, options?: BackendCallOptions): Promise<boolean> {
    return this.#write(this.#routes.find(key), key, writes.remove(key), options);
  }

  deleteEverywhere(key: Key, options: BackendDeleteOptions = {}): Promise<NodeOutcome[]> {
    const { signal: _, ...rest } = options;
    return this.#write(this.#routes.find(key), key, writes.removeEverywhere(key, rest), options);
  }

  markStale(key: Key, options: Omit<MarkStaleOptions, 'timeoutMs'> = {}): Promise<boolean> {
    const { signal: _, ...rest } = options;
    return this.#write(this.#routes.find(key), key, writes.markStale(key, rest), options);
  }

  touch(key: Key, ttlSeconds: number, options?: BackendCallOptions): Promise<boolean> {
    const route = this.#routes.find(key);
    return this.#write(route, key, writes.touch(key, this.#bound(route, ttlSeconds)), options);
  }

  incr(key: Key, delta: bigint, options?: BackendCallOptions): Promise<bigint | undefined> {
    return this.#write(this.#routes.find(key), key, writes.incr(key, delta), options);
  }

  decr(key: Key, delta: bigint, options?: BackendCallOptions): Promise<bigint | undefined> {
    return this.#write(this.#routes.find(key), key, writes.decr(key, delta), options);
  }

  flushAll(options?: BackendCallOptions): Promise<void> {
    return flushPools(this.#routes, options);
  }

  idle(): Promise<void> {
    return this.#writes.idle();
  }

  stats(): BackendStats {
    const classes = new Map<string, BackendCounts>();
    for (const [prefix, tally] of this.#tallies) classes.set(prefix, tally.snapshot());
    return { ...this.#total.snapshot(), classes };
  }

  async reload(pools: BackendPools): Promise<void> {
    const before = this.#routes;
    this.#routes = compileRoutes(pools, this.#tallies, this.#total);
    await before.idle();
  }

  #write<T>(route: Route, key: Key, write: PoolWrite<T>, options: BackendCallOptions | undefined): Promise<T> {
    return this.#writes.run(route, key, write, options?.signal);
  }

  #toStore(
    route: Route,
    key: Key,
    value: Buffer,
    { flags = 0, ttlSeconds = 0 }: BackendStoreOptions = {},
  ): writes.ToStore {
    return {
      key,
      value: keep(route, value),
      flags,
      ttlSeconds: this.#bound(route, ttlSeconds),
      clock: this.#clock,
    };
  }

  #bound(route: Route, ttlSeconds: number): number {
    return route.ttl === undefined ? ttlSeconds : boundTtl(ttlSeconds, route.ttl, this.#clock.now());
  }

  async *#readEverywhere(route: Route, key: Key, options: BackendNodesOptions | undefined): AsyncGenerator<NodeAnswer> {
    route.readBegan(0);
    try {
      const [only, ...more] = route.pools.map(({ pool }) => pool.readEverywhere(key, options));
      yield* more.length === 0 ? only! : mergeAnswers([only!, ...more]);
    } finally {
      route.ended();
    }
  }
}

/** Nobody may store what a lease is for. */
function withoutLease(options: BackendReadOptions): BackendReadOptions {
  const { leaseSeconds: _lease, refreshBelowSeconds: _refresh, ...rest } = options;
  return rest;
}

/** As `withoutLease`, of an `mg`. */
function withoutLeaseFlags(request: MetaRequest): MetaRequest {
  return { ...request, flags: request.flags.filter((flag) => !flag.startsWith('N') && !flag.startsWith('R')) };
}

/** What ends a read that failed; made for the call only where it has a signal. */
function failureOf(route: Route, options: BackendCallOptions | undefined): (cause: unknown) => never {
  const signal = options?.signal;
  if (signal === undefined) return route.onReadFailed;
  return (cause) => {
    if (!signal.aborted || cause !== signal.reason) return route.onReadFailed(cause);
    route.ended();
    throw cause;
  };
}

/** The value, as bytes of its own where the caller is answered before they are sent. */
function keep(route: Route, value: Buffer): Buffer {
  return route.keepsValues ? Buffer.from(value) : value;
}
