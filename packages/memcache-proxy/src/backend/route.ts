import { type Item, type Key, type MetaReply, type ReadResult, Shadow } from '@lockstep/memcache';

import type { ReadPolicy, WritePolicy } from './backend-class.ts';
import { publishFailure } from '../failure-channel.ts';
import type { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { NamedPool } from './named-pool.ts';
import { toReadError } from './pool-failure.ts';
import type { PoolLike } from './pool-like.ts';
import type { Tally } from './tally.ts';
import type { TtlBounds } from './ttl-bounds.ts';

/** What a route is given. */
export interface RouteOptions {
  readonly pools: readonly NamedPool[];
  readonly reads: ReadPolicy;
  readonly writes: WritePolicy;
  readonly ttl: TtlBounds | undefined;
  readonly shadow: PoolLike | undefined;
  readonly isReadOnly: boolean;
  /** Of the class, and of the backend. */
  readonly tallies: readonly [Tally, Tally];
}

/** Where the keys of one class go, under one configuration, and which calls are under way there. */
export class Route {
  readonly pools: readonly NamedPool[];
  readonly first: PoolLike;
  readonly reads: ReadPolicy;
  readonly writes: WritePolicy;
  readonly ttl: TtlBounds | undefined;
  readonly isReadOnly: boolean;
  /** True when a read is one call to one pool. */
  readonly isPlain: boolean;
  /** True when a write is one call to one pool, which the client waits for. */
  readonly isPlainWrite: boolean;
  /** True when a value may still be on its way when the client has been answered. */
  readonly keepsValues: boolean;
  /** What is given copies of the calls. */
  readonly shadowPool: PoolLike | undefined;
  readonly #shadow: Shadow | undefined;
  readonly #tally: Tally;
  readonly #total: Tally;
  #inFlight = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: RouteOptions) {
    this.pools = options.pools;
    this.first = options.pools[0]!.pool;
    this.reads = options.pools.length === 1 ? 'first' : options.reads;
    this.writes = options.writes;
    this.ttl = options.ttl;
    this.isReadOnly = options.isReadOnly;
    this.isPlain = this.reads === 'first' && options.shadow === undefined;
    const isSingle = options.pools.length === 1 && options.shadow === undefined;
    this.isPlainWrite = isSingle && options.writes !== 'async' && !options.isReadOnly;
    this.keepsValues = options.shadow !== undefined || options.writes !== 'all';
    this.shadowPool = options.shadow;
    // What becomes of the copies is for the owner of that pool to see.
    this.#shadow = options.shadow && new Shadow({ pool: options.shadow, share: 1 }, () => {});
    [this.#tally, this.#total] = options.tallies;
  }

  /** Counts the keys of a read that starts; `ended` must follow once. */
  readBegan(keys: number): void {
    this.#inFlight++;
    this.#tally.reads += keys;
    this.#total.reads += keys;
  }

  /** Counts a write that starts; `ended` must follow once. */
  writeBegan(): void {
    this.#inFlight++;
    this.#tally.writes++;
    this.#total.writes++;
  }

  /** Nothing of the call is under way any more. */
  ended(): void {
    if (--this.#inFlight === 0) this.#onIdle?.();
  }

  found(isHit: boolean): void {
    if (isHit) {
      this.#tally.hits++;
      this.#total.hits++;
    } else {
      this.#tally.misses++;
      this.#total.misses++;
    }
  }

  failed(): void {
    this.#tally.failures++;
    this.#total.failures++;
  }

  spooled(): void {
    this.#tally.spooled++;
    this.#total.spooled++;
  }

  /** Ends a read with its item. Made once for all reads, as it is on the way of each. */
  readonly onItem = (item: Item | undefined): Item | undefined => {
    this.found(item !== undefined);
    this.ended();
    return item;
  };

  /** Ends a read with what it found. */
  readonly onResult = (result: ReadResult): ReadResult => {
    this.found(result.status !== 'miss');
    this.ended();
    return result;
  };

  /** Ends a read by the meta protocol with its answer. */
  readonly onReply = (reply: MetaReply): MetaReply => {
    this.found(reply.status === 'VA' || reply.status === 'HD');
    this.ended();
    return reply;
  };

  /** Ends a read with an error. */
  readonly onReadFailed = (cause: unknown): never => {
    this.ended();
    throw this.readError(cause);
  };

  /** Counts and publishes what a read failed with. */
  readError(cause: unknown): MemcacheProxyError {
    const error = toReadError(cause);
    this.failed();
    publishFailure({ operation: 'read', error });
    return error;
  }

  /** Sends a copy of the call to the shadow, where there is one; of a call on all keys with an empty one. */
  shadow(key: Key, call: (pool: PoolLike) => Promise<unknown>): void {
    const pool = this.shadowPool;
    if (pool !== undefined) this.#shadow?.copy(key, () => call(pool));
  }

  /** Resolves when no call is under way. No call may start afterwards. */
  idle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#onIdle = resolve));
  }
}
