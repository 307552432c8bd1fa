import type { Content, Part, Shape } from './content.ts';

/** Bounds on one call. */
export interface StoreCallOptions {
  /** Rejects with its reason. The command may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

/** Bounds on `begin`. */
export interface BeginOptions extends StoreCallOptions {
  /** What is stored in another shape, as before a definition was changed, counts as not there. @default any shape */
  readonly shape?: Shape | undefined;
  /**
   * For a source that one process leads: the fencing token of the leadership that it is loaded under. The load may not
   * begin when a later leader was admitted, or has loaded this entry. @default whoever has the lease may load it
   */
  readonly leader?: number | undefined;
}

/** How old an entry is, by the clock of the store. */
export interface Freshness {
  /** The ticket of the load that stored or last confirmed it: of two entries, that of the greater was loaded later. */
  readonly ticket: number;
  /** Milliseconds since its load began. */
  readonly ageMs: number;
  /** Milliseconds until it is no longer fresh; 0 or less when it is stale. */
  readonly freshForMs: number;
  /** How many elements the whole entry has; 1 for a value. */
  readonly size: number;
  /** What the load said of itself, to be handed to the next one. */
  readonly validator: string | undefined;
}

/** What a read finds. */
export interface StoredEntry extends Freshness {
  /** Of the part asked for; an element that is not there is a hash of no elements. */
  readonly content: Content;
}

/** What a load that may begin is told. */
export interface Begun {
  /** What there is at this moment. Undefined when nothing is stored. */
  readonly present: Freshness | undefined;
}

/** What is stored at the end of a load. */
export interface Replacement {
  /** That of `begin`. */
  readonly ticket: number;
  readonly content: Content;
  /** For how long, in ms since the load began, it is fresh. */
  readonly ttlMs: number;
  /** For how much longer, in ms, it is kept and may be served as stale. */
  readonly staleForMs: number;
  readonly validator?: string | undefined;
  /** As that of `begin`: the write of an earlier leader is `superseded`. */
  readonly leader?: number | undefined;
}

/** Extends what is there when the source says that it has not changed. */
export type Prolongation = Omit<Replacement, 'content'>;

/**
 * How a write ended. `superseded`: a later load has begun, the entry was invalidated since, a later leader was admitted,
 * or the store lost its memory of this load; nothing was changed.
 */
export type WriteOutcome = 'stored' | 'superseded';

/**
 * Where entries live. Every write replaces a whole entry, its freshness and its expiry in one step, so that no reader
 * ever sees half of one, or of two.
 *
 * A load is fenced by its ticket, a positive safe integer that grows with each lease on the key (the fencing token of
 * a lock): `begin` notes it, and from then on only that ticket may write, until a greater one begins or the entry is
 * invalidated. So a worker that was frozen or cut off can neither overwrite what a later one stored, nor bring back
 * what was invalidated while it loaded.
 *
 * Of a source that one process leads, loads also carry the token of its leadership, which is looked at in the step that
 * writes: a leader of the past stores nothing, also where nobody has a later lease on the key.
 *
 * Every call rejects with RefreshError ERR_REFRESH_STORE (unreachable, refused, timed out), ERR_REFRESH_CONTENT (of
 * another shape, or damaged) or the reason of the signal.
 */
export interface EntryStore extends AsyncDisposable {
  /** Which shapes it can hold. */
  readonly shapes: ReadonlySet<Shape>;
  /** What is stored, fresh or stale. Undefined when nothing is. */
  read(key: string, shape: Shape, part: Part, options?: StoreCallOptions): Promise<StoredEntry | undefined>;
  /**
   * A load begins. Undefined when a greater ticket has begun or written already, or this one was superseded since it
   * began. The same call again, after a reply that was lost, is answered as the first one, and its age counts from then.
   */
  begin(key: string, ticket: number, options?: BeginOptions): Promise<Begun | undefined>;
  /** Replaces the entry. The same call again, after a reply that was lost, is `stored` too. */
  replace(key: string, replacement: Replacement, options?: StoreCallOptions): Promise<WriteOutcome>;
  /** Makes what is stored fresh again, with its validator if none is given. `superseded` also when there is nothing. */
  prolong(key: string, prolongation: Prolongation, options?: StoreCallOptions): Promise<WriteOutcome>;
  /**
   * Replaces, adds or (undefined) takes away single elements of a hash that is stored; freshness stays. It supersedes
   * a load that has begun, which may not have seen the change. False when there is no entry, and nothing was changed.
   */
  patch(key: string, elements: ReadonlyMap<string, Buffer | undefined>, options?: StoreCallOptions): Promise<boolean>;
  /**
   * The entry is wrong from now on: `remove` takes it away; `expire` keeps it, to be served as stale. Either
   * supersedes every load that has begun.
   */
  invalidate(key: string, how: 'remove' | 'expire', options?: StoreCallOptions): Promise<void>;
  /**
   * A process leads a source: from now on loads under an earlier leadership of it neither begin nor are stored. False
   * when a later leader was admitted already. The newest token of a source is kept for 30 days after its last use.
   *
   * Memory and one Redis look at it in the step that writes. memcached and a Redis Cluster, where it lies on another
   * server than the entry, look at it right before; in the step itself they look at the newest leader of that entry.
   */
  admit(source: string, leader: number, options?: StoreCallOptions): Promise<boolean>;
  /** Releases what it holds. Your client stays open. Idempotent. */
  close(): Promise<void>;
}
