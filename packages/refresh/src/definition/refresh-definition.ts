import type { Content, Shape } from '../store/content.ts';
import type { RefreshCodec } from './refresh-codec.ts';

/** What a loader is given. */
export interface LoadRequest {
  /** What comes after the source's name and a colon in the key; empty when the key is the name alone. */
  readonly id: string;
  readonly key: string;
  /** Aborts when the time for the load is over, or its lease is lost. */
  readonly signal: AbortSignal;
  /**
   * The fencing token of this load, for a source that checks it. 0 when a gateway asks because the store is down:
   * then nothing is stored.
   */
  readonly token: number;
  /** What `validator` of the previous load was (an ETag, a row version); undefined when there is nothing stored. */
  readonly validator: string | undefined;
}

/** What a loader returns when nothing has changed since the load that had this `validator`. */
export const unchanged: unique symbol = Symbol('unchanged');

/** What a loader may say besides its data. */
export interface Loaded<T> {
  readonly data: T;
  /** Handed to the next load. */
  readonly validator?: string | undefined;
  /** Instead of that of the definition. */
  readonly ttlMs?: number | undefined;
}

/** Loads one entry. An error is retried later; what is stored stays. */
export type RefreshLoader<T> = (request: LoadRequest) => Promise<Loaded<T> | typeof unchanged>;

/** How one source of time-limited data is kept and refreshed, whatever its shape. */
export interface RefreshPolicy {
  /** For how long, in ms, an entry is fresh. */
  readonly ttlMs: number;
  /** A read that finds less than this left asks for a refresh. @default a fifth of `ttlMs` */
  readonly refreshBelowMs?: number;
  /** For how long, in ms, an entry is served as stale after that. @default ten times `ttlMs` */
  readonly staleForMs?: number;
  /** After storing, a worker waits this long for tasks that have become superfluous, and drops them. @default 200 */
  readonly settleMs?: number;
  /** How long one load may take, in ms. @default 10_000 */
  readonly loadTimeoutMs?: number;
  /** Only the elected process of all refreshes this source. @default false */
  readonly single?: boolean;
  /**
   * What to do with a load of no elements, or of an empty value (no bytes, `null`): store it, or keep what there is as
   * if it were unchanged. Where there is nothing to keep, it is stored. @default 'store'
   */
  readonly whenEmpty?: 'store' | 'keep';
  /** How many entries of the source are loaded at once, in one process. @default 4 */
  readonly concurrency?: number;
  /** A larger entry, encoded, is refused with ERR_REFRESH_CONTENT. @default 16_777_216 */
  readonly maxBytes?: number;
  /** False: this process calls the source for nobody. Across processes: `createRedisSwitches`. @default true */
  readonly enabled?: boolean;
}

/** A source of one value per entry, replaced whole. */
export interface ValueRefreshOptions<T> extends RefreshPolicy {
  /** @default 'value' */
  readonly shape?: 'value';
  /** Not needed where only gateways with `loads: false` use the definition. */
  readonly load?: RefreshLoader<T>;
  /** @default jsonCodec() */
  readonly codec?: RefreshCodec<T>;
}

/** A source of elements by primary key. */
export interface HashRefreshOptions<E> extends RefreshPolicy {
  readonly shape: 'hash';
  /** A Map is by primary key already. */
  readonly load?: RefreshLoader<readonly E[] | ReadonlyMap<string, E>>;
  /** Of one element; needed for elements that come as an array. */
  readonly primaryKey?: (keyof E & string) | ((element: E) => string | number);
  /** Of one element. @default jsonCodec() */
  readonly codec?: RefreshCodec<E>;
}

/** A source of elements in the order in which it gives them. */
export interface ListRefreshOptions<E> extends RefreshPolicy {
  readonly shape: 'list';
  readonly load?: RefreshLoader<readonly E[]>;
  /** Of one element. @default jsonCodec() */
  readonly codec?: RefreshCodec<E>;
}

/** A source of different elements that are kept in the order of a score. */
export interface ZsetRefreshOptions<E> extends RefreshPolicy {
  readonly shape: 'zset';
  readonly load?: RefreshLoader<readonly E[]>;
  /** Of one element: a finite number. */
  readonly score: (keyof E & string) | ((element: E) => number);
  /** Of one element. @default jsonCodec() */
  readonly codec?: RefreshCodec<E>;
}

/** Any of them, for sources that are declared at run time. */
export type AnyRefreshOptions =
  | ValueRefreshOptions<unknown>
  | HashRefreshOptions<Record<string, unknown>>
  | ListRefreshOptions<unknown>
  | ZsetRefreshOptions<Record<string, unknown>>;

/** A source with its options checked and their defaults. `D` is what a whole entry reads as, `E` one element. */
export interface RefreshDefinition<D = unknown, E = unknown> extends Required<RefreshPolicy> {
  readonly name: string;
  readonly shape: Shape;
  readonly load: RefreshLoader<unknown> | undefined;
  /** @throws RefreshError ERR_REFRESH_CONTENT when it is not of the shape, or too large. */
  encode(data: unknown): Content;
  /** A whole entry or a page of it. @throws RefreshError ERR_REFRESH_CONTENT. */
  decode(content: Content): D;
  encodeElement(element: E): Buffer;
  decodeElement(bytes: Buffer): E;
}
