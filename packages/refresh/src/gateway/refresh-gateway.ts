import type { RefreshDefinition } from '../definition/refresh-definition.ts';
import type { EntryChanges } from '../load/entry-changes.ts';
import type { Content, Part } from '../store/content.ts';
import type { GatewayStats } from './gateway-stats.ts';

/** What bounds a read. */
export interface ReadOptions {
  /** Gives up, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * For how long, in ms, this read waits for an entry that is missing; ERR_REFRESH_TIMEOUT then. The load goes on for
   * the others. @default no longer than the loads themselves take
   */
  readonly waitMs?: number | undefined;
}

/** What a read gives. */
export interface RefreshAnswer<D> {
  readonly data: D;
  /**
   * `fresh`: from the store. `stale`: its time is over, or it was invalidated, and nothing newer is there. `loaded`:
   * nothing was there, and the source was asked.
   */
  readonly state: 'fresh' | 'stale' | 'loaded';
  /** Milliseconds since its load began. */
  readonly ageMs: number;
  /** Milliseconds until it is stale; 0 or less when it is. */
  readonly freshForMs: number;
  /** How many elements the whole entry has; 1 for a value. */
  readonly size: number;
}

/** A part of a list, a sorted set or a hash. */
export interface PageOptions extends ReadOptions {
  /** The first is 0. @default 0 */
  readonly offset?: number;
  readonly limit: number;
}

/** The entries of one source, decoded. Everything throws what `RefreshGateway.read` does. */
export interface SourceReads<D, E> {
  /** A whole entry. Without an id: the entry whose key is the name of the source alone. */
  read(id?: string, options?: ReadOptions): Promise<RefreshAnswer<D>>;
  /** One element of a hash; `data` is undefined when the entry has none of this id. @throws TypeError for another shape. */
  element(id: string, elementId: string, options?: ReadOptions): Promise<RefreshAnswer<E | undefined>>;
  /** `limit` elements from `offset`, in the order of the source or of the score. @throws TypeError for a value. */
  page(id: string, options: PageOptions): Promise<RefreshAnswer<D>>;
}

/**
 * Serves entries from the store at once, and asks for a refresh where one is due: it waits neither for a refresh nor
 * for the queue. Only an entry that is missing is waited for.
 */
export interface RefreshGateway extends EntryChanges, AsyncDisposable {
  /**
   * Reads an entry, encoded as it is stored.
   *
   * @throws RefreshError with any code but ERR_REFRESH_QUEUE, the reason of the signal, and TypeError or RangeError for
   *   a part that the shape does not have.
   */
  read(key: string, options?: ReadOptions & { readonly part?: Part }): Promise<RefreshAnswer<Content>>;
  /** @throws TypeError for a definition that the gateway was not given. */
  of<D, E>(definition: RefreshDefinition<D, E>): SourceReads<D, E>;
  stats(): GatewayStats;
  /**
   * Ends it: those who wait are rejected with ERR_REFRESH_CLOSED, and what is being stored gets up to `drainMs`
   * (default 5,000). Store, queue, locks and log stay open. Idempotent.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}
