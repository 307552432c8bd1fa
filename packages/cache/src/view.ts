import type { ReadOptions } from './view-options.ts';

/** A value and where it came from. */
export interface ReadEntry<Value> {
  readonly value: Value;
  /** It is past its time to live, or may be older than `maxStalenessMs` (`whenPartitioned: 'stale'`). */
  readonly isStale: boolean;
  readonly source: 'local' | 'shared' | 'loader';
}

/** How far an invalidation goes before it resolves. */
export interface InvalidateOptions {
  /** Resolve only when no live process can serve the old value any more. @default false */
  readonly everywhere?: boolean;
  /** @default that of the log */
  readonly timeoutMs?: number;
  /** Stops waiting; the invalidation goes on. */
  readonly signal?: AbortSignal | undefined;
  /** For those who trace invalidations. */
  readonly origin?: string;
  readonly traceId?: string;
}

/** How a write is fenced. */
export interface MutateOptions extends InvalidateOptions {
  /** For how long no value may be kept when the process dies in the middle: longer than the write can take. @default 10_000 */
  readonly fenceMs?: number;
}

/** How a value is brought anew. */
export interface RefreshOptions extends InvalidateOptions, Omit<ReadOptions, 'forceLoad' | 'signal'> {
  /** Wait so long between the invalidation and the load, in which nothing may be kept: for lagging copies. @default 0 */
  readonly settleMs?: number;
}

/** One kind of value. */
export interface View<Id, Value> {
  readonly name: string;
  /** How many entries this process holds, served or not. */
  readonly size: number;
  /**
   * The value: from this process, else from the shared tier, else from the loader, which runs once for all who ask
   * meanwhile.
   *
   * @throws what the loader throws, CacheError (ERR_CACHE_LOAD_TIMEOUT, ERR_CACHE_OVERLOADED, ERR_CACHE_PARTITIONED,
   *   ERR_CACHE_CLOSED), and the signal's reason.
   */
  get(id: Id, options?: ReadOptions): Promise<Value>;
  /** The same, and says whether the value is stale and where it came from. */
  getEntry(id: Id, options?: ReadOptions): Promise<ReadEntry<Value>>;
  /** The value if this process holds it and knows that it is fresh. Does not start a load. */
  peek(id: Id): Value | undefined;
  /** The values, in the order of the ids; one call of `loadMany` for all that are missing. */
  getMany(ids: readonly Id[], options?: ReadOptions): Promise<Value[]>;
  /**
   * Call it after the commit. Resolves when the log has it: this process never serves the old value again, every
   * other one for `maxStalenessMs` at most, and with `everywhere` none.
   *
   * @throws CacheError ERR_CACHE_INVALIDATION_PENDING, ERR_CACHE_NOT_EVERYWHERE, ERR_CACHE_CLOSED; the signal's reason.
   */
  invalidate(ids: Id | readonly Id[], options?: InvalidateOptions): Promise<void>;
  /**
   * Fences the ids, runs the write, and invalidates them, also when the write throws. Safe when the process dies in
   * between: nothing that was read before the fence is kept, and what is read within `fenceMs` is not kept either.
   *
   * @throws what the write throws; ERR_CACHE_FENCE when the fence was not confirmed and the write therefore not run;
   *   and what `invalidate` throws, when the write was done.
   */
  mutate<Result>(
    ids: Id | readonly Id[],
    write: () => Promise<Result> | Result,
    options?: MutateOptions,
  ): Promise<Result>;
  /**
   * Invalidates, and brings the value anew: one load for all processes that ask. Of several refreshes of one id under
   * way in this process, the latest loads for all, unless it settles longer. Throws what both throw.
   */
  refresh(id: Id, options?: RefreshOptions): Promise<Value>;
  /** Invalidates every value of this view, in all processes. */
  clear(options?: InvalidateOptions): Promise<void>;
}
