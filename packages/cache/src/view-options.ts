import type { ValueCodec } from './codecs/codec.ts';
import type { LoadContext, LoadManyContext } from './load-context.ts';

/** What to do while the log has not been heard for `maxStalenessMs`. */
export type WhenPartitioned = 'origin' | 'stale' | 'throw';

/** How a value is kept apart from what its users do to it. */
export type Isolation = 'share' | 'freeze' | 'clone';

/** How values of a view are kept and waited for. Each of it can be given per call as well. */
export interface ReadPolicy {
  /** How long a value is fresh, in milliseconds. */
  readonly ttlMs: number;
  /** For how long after that it may stand in when a load fails or passes its soft timeout. @default 0 */
  readonly graceMs?: number;
  /** After so many milliseconds those who wait get the stale value, if there is one; the load goes on. @default none */
  readonly softTimeoutMs?: number;
  /** After so many milliseconds the load is given up with ERR_CACHE_LOAD_TIMEOUT. @default 30_000 */
  readonly hardTimeoutMs?: number;
  /** For how long null and undefined are kept. @default null as any value, undefined not at all */
  readonly negativeTtlMs?: number;
  /** While another process or caller loads, take the stale value, if there is one, and do not wait. @default false */
  readonly staleWhileLoading?: boolean;
  /** @default that of the cache */
  readonly whenPartitioned?: WhenPartitioned;
  /** Drop an entry of this process that was not read for so long. Infinity: never. @default Infinity */
  readonly idleMs?: number;
  /** Each time to live is shortened by up to this fraction at random. From 0 to 1. @default 0 */
  readonly jitter?: number;
  /** At which fraction of its time to live a value that is read is loaded anew in the background. 1: never. @default 1 */
  readonly refreshAhead?: number;
  /** What each call of the shared tier may take. @default that of the cache */
  readonly sharedTimeoutMs?: number;
  /** How long other processes wait for one that has begun to load and died: more than a load takes. @default that of the cache */
  readonly loadLeaseMs?: number;
}

/** How values are held in this process and written to the shared tier. */
export interface ValueOptions<Value> {
  /**
   * `share`: everyone gets the same object. `freeze`: the same, frozen deeply; what a Map, Set, Date or buffer holds
   * inside can be changed nevertheless. `clone`: each caller gets a structured clone. @default 'share'
   */
  readonly isolation?: Isolation;
  /** How values are written to the shared tier. @default jsonCodec */
  readonly codec?: ValueCodec<NoInfer<Value>>;
  /** The version of the values' shape: shared values of another version are misses. @default 0 */
  readonly version?: number;
  /** Whether values go to the shared tier. @default true */
  readonly shared?: boolean;
  /** How many bytes a value counts for `maxBytes`. @default that of the cache */
  readonly sizeOf?: (value: NoInfer<Value>) => number;
}

/** A view: a kind of value, with its loader. */
export interface ViewOptions<Id, Value> extends ReadPolicy, ValueOptions<Value> {
  /**
   * Brings the value from where it lives. Undefined means that there is none. Where it takes its context, write it before
   * `tags`; one that uses `stale` or `keep()` says what they are: `(id: string, context: LoadContext<User>) => …`.
   */
  load?(this: void, id: Id, context: LoadContext): Promise<Value> | Value;
  /**
   * Brings many at once: an array in the order of `ids`, or a Map by id. An Error in place of a value fails that id alone.
   * Where it takes its context, write it before `keyOf` and `tags`.
   * `context.of(id)` is the context that `load` would have: where a view has both, both say the same of a value (tags,
   * time to live), because either may bring it. One that uses `stale` or `keep()` says what they are:
   * `(ids: readonly string[], context: LoadManyContext<string, User>) => …`.
   */
  loadMany?(
    this: void,
    ids: readonly Id[],
    context: LoadManyContext<Id>,
  ): Promise<LoadedMany<Id, Value>> | LoadedMany<Id, Value>;
  /** The tags of a value, for `invalidateTags`. @default none */
  readonly tags?: (value: NoInfer<Value>, id: NoInfer<Id>) => readonly string[];
  /** The id as text; different ids, different texts. @default the string or number itself */
  readonly keyOf?: (id: NoInfer<Id>) => string;
}

/** What `loadMany` brings. */
export type LoadedMany<Id, Value> = readonly (Value | Error)[] | ReadonlyMap<Id, Value | Error>;

/**
 * What one call may say differently from its view. What concerns the load, and how its value is kept, is decided by the
 * caller that starts it.
 */
export interface ReadOptions extends Partial<ReadPolicy> {
  /** Stops waiting. The load goes on while others wait for it. */
  readonly signal?: AbortSignal | undefined;
  /** Load anew, whatever is at hand. @default false */
  readonly forceLoad?: boolean;
  /** Leave the shared tier out. @default false */
  readonly skipShared?: boolean;
  /**
   * Leave this process's tier out: what it holds is not read, and what is brought is not kept there. With `forceLoad`,
   * once the value was loaded, it drops what it held. @default false
   */
  readonly skipLocal?: boolean;
  /** Tags of the value besides those that its view gives it, if this call loads it. @default none */
  readonly tags?: readonly string[] | undefined;
  /** `clone`: a structured clone for this caller. `share`: what is held, in a view that clones. @default that of the view */
  readonly isolation?: Exclude<Isolation, 'freeze'> | undefined;
}
