import type { CacheStats } from './cache-stats.ts';
import type { LoadContext } from './load-context.ts';
import type { ReadOptions, ReadPolicy, ValueOptions, ViewOptions } from './view-options.ts';
import type { InvalidateOptions, View } from './view.ts';

/** How a cache is. */
export interface CacheHealth {
  /** Whether it hears the log, and so may serve what it holds. */
  readonly isServing: boolean;
  /** How long ago it last knew that it had heard everything. Infinity: never, or closed. */
  readonly horizonAgeMs: number;
  /** How many entries of the log it knows of and has not heard yet, and for how long there have been such. */
  readonly lagEntries: number;
  readonly lagMs: number;
  /** How many invalidations wait for the log to confirm them. */
  readonly outbox: number;
  /** `open`: it failed too often and is left alone for a while. */
  readonly sharedTier: 'ok' | 'open' | 'none';
  /** How many loads are under way. */
  readonly loading: number;
}

/** How a value of `getOrSet` is kept, shared and waited for: as in a view, and as in a call. */
export interface GetOrSetOptions<Value>
  extends ReadPolicy, ValueOptions<Value>, Omit<ReadOptions, keyof ReadPolicy | 'isolation' | 'tags'> {
  /** The tags of the value. @default none */
  readonly tags?: readonly string[] | ((value: NoInfer<Value>) => readonly string[]);
}

/** Values in this process, in step with all other processes that follow the same log. */
export interface Cache extends AsyncDisposable {
  /**
   * Defines a kind of value. Its keys in the log and in the shared tier are `<name>:<id>`.
   *
   * @throws TypeError for a bad or taken name and for a view without a loader; TypeError or RangeError for a bad option.
   */
  define<Value, Id = string>(name: string, options: ViewOptions<Id, Value>): View<Id, Value>;
  /**
   * A value by a key of its own: what is held, or what `load` brings. The keys of this cache's views are refused; where
   * another process has a view of that name, its `clear` reaches the value.
   *
   * @throws what `View.get` throws.
   */
  getOrSet<Value>(
    key: string,
    load: (context: LoadContext<NoInfer<Value>>) => Promise<Value> | Value,
    options: GetOrSetOptions<Value>,
  ): Promise<Value>;
  /** Invalidates keys, `<view>:<id>` or those of `getOrSet`. As `View.invalidate`. */
  invalidate(keys: string | readonly string[], options?: InvalidateOptions): Promise<void>;
  /** Invalidates every value that carries one of these tags. As `View.invalidate`. */
  invalidateTags(tags: string | readonly string[], options?: InvalidateOptions): Promise<void>;
  /** Invalidates everything in this namespace, in one step. As `View.invalidate`. */
  clear(options?: InvalidateOptions): Promise<void>;
  health(): CacheHealth;
  stats(): CacheStats;
  /**
   * Asks the log once: what is read afterwards is as new as this call. For processes that are suspended between
   * requests.
   *
   * @throws InvalidationError ERR_INVALIDATION_TIMEOUT, ERR_INVALIDATION_UNAVAILABLE, ERR_INVALIDATION_CLOSED; the
   *   signal's reason.
   */
  sync(options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** Resolves when it first hears the log. Until then it keeps nothing. */
  readonly ready: Promise<void>;
  /** Ends loads, sends what the outbox holds, stops listening and forgets everything. Idempotent. */
  close(): Promise<void>;
}
