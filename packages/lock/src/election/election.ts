import type { LeaseDefaults } from '../lock-options.ts';

/** Who leads, as everybody sees it. */
export interface Leader {
  /** What the leader calls itself. */
  readonly id: string;
  /** The name of its machine. */
  readonly host: string;
  /** What it tells of itself, such as its address. */
  readonly metadata: string | undefined;
  /** How many leaderships there were, this one included. For people and logs: a resource is guarded by the token. */
  readonly term: number;
  /** The fencing token: greater than that of every earlier leader. */
  readonly token: number;
}

/** A leadership, as its work sees it. Its functions may be taken out of it. */
export interface Leadership extends Leader {
  /** The election that was won. */
  readonly name: string;
  /**
   * Aborts when the work must stop: `stopMarginMs` before the lease may end, or when it was lost, resigned or closed. Its
   * `aborted`, `reason` and `throwIfAborted` compare the clocks at the moment of the call.
   */
  readonly signal: AbortSignal;
  /** Whether it leads at this moment. */
  readonly isLeader: () => boolean;
  /** @throws LockError the reason of `signal` when it does not lead at this moment. Call it before each effect. */
  readonly assertHeld: () => void;
  /** For how many ms it may work without another renewal; 0 when it is over. */
  readonly remainingMs: () => number;
}

/**
 * Why a leadership ended: its work returned, threw, or `resign` was called, the election or the locks were closed, or the
 * lease was lost or could not be renewed in time.
 */
export type RevokeReason = 'done' | 'failed' | 'resigned' | 'closed' | 'lost';

/** What happens in an election, with what its listeners are given. */
export interface ElectionEvents {
  /** This process leads from now on. */
  readonly elected: readonly [leadership: Leadership];
  /** The leadership of this process is over, and its work must stop. */
  readonly revoked: readonly [leadership: Leadership, reason: RevokeReason];
  /** Somebody else leads than before, or nobody. Looked at every `watchMs` while somebody listens. */
  readonly leader: readonly [leader: Leader | undefined];
  /** The work threw, or what no caller hears of. Without a listener it goes to `onError` of the locks. */
  readonly error: readonly [error: Error];
}

/** How long to wait before a candidate stands again. */
export interface ElectionBackoff {
  /** After work that returned, `resign`, and the first failure, in ms. @default 100 */
  readonly minMs?: number;
  /** After many failures in a row, in ms. @default 30_000 */
  readonly maxMs?: number;
}

/** How a process takes part in an election. */
export interface ElectOptions extends Pick<LeaseDefaults, 'replicas' | 'lockDelayMs'> {
  /** What this process calls itself: 1 to 200 characters. @default host name and process id */
  readonly id?: string;
  /**
   * The work. It runs while this process leads: return from it to resign, and return soon when `signal` aborts. Nobody
   * else leads before it has returned, unless it goes on for longer than the lease. Without it this process only watches.
   */
  readonly onElected?: (leadership: Leadership) => unknown;
  /** The same as `on('revoked')`. */
  readonly onRevoked?: (leadership: Leadership, reason: RevokeReason) => void;
  /** The same as `on('leader')`. */
  readonly onLeaderChange?: (leader: Leader | undefined) => void;
  /** The same as `on('error')`. */
  readonly onError?: (error: Error) => void;
  /** For how long, in whole ms, a leader that is not heard of any more stands in the way of others. @default 6000 */
  readonly ttlMs?: number;
  /** So long before the lease may end the work is told to stop, in ms; at most half of `ttlMs`. @default a sixth of it */
  readonly stopMarginMs?: number;
  /** Higher goes first of those who wait; an integer from -1000 to 1000. @default 0 */
  readonly priority?: number;
  /** Text for the others, such as an address; at most 500 characters. @default none */
  readonly metadata?: string;
  readonly backoff?: ElectionBackoff;
  /** How often to look who leads while somebody listens for it, in ms. @default a sixth of `ttlMs` */
  readonly watchMs?: number;
}

/** How to wait for the end of the work. */
export interface ResignOptions {
  /** For how long, in ms. @default 5000 */
  readonly drainMs?: number;
  /** Gives up waiting, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One process's part in an election. It begins at once. */
export interface Election extends AsyncDisposable {
  readonly name: string;
  readonly id: string;
  /** Whether this process leads, by the clocks at this moment. */
  isLeader(): boolean;
  /** The leadership of this process while it leads. */
  readonly leadership: Leadership | undefined;
  /**
   * Who leads; undefined when nobody does.
   *
   * @throws LockError ERR_LOCK_UNAVAILABLE or ERR_LOCK_CLOSED, or the reason of the signal.
   */
  leader(options?: { readonly signal?: AbortSignal | undefined }): Promise<Leader | undefined>;
  /** Listens, and returns what ends that. What a listener throws goes to `onError` of the locks. */
  on<E extends keyof ElectionEvents>(event: E, listener: (...args: ElectionEvents[E]) => void): () => void;
  /**
   * Tells the work to stop, waits for it, and lets others lead; `draining`: it was not over within `drainMs`, and keeps the
   * others out until it is. The process stands again after `backoff.minMs`.
   */
  resign(options?: ResignOptions): Promise<'resigned' | 'draining'>;
  /**
   * Resigns and stands no more. Work that is not over within `drainMs` is told of as an error, and keeps its lease until it
   * is over. Idempotent, never rejects.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}
