/** A lock that is held for a while, as its section sees it. Its functions may be taken out of it. */
export interface HeldLock {
  readonly key: string;
  /** Who holds it: unique to this acquisition. */
  readonly owner: string;
  /** The fencing token: greater than that of every earlier holder. Send it along with every effect. */
  readonly token: number;
  /**
   * Aborts when the lease is lost or given back, and when the locks are closed. `aborted`, `reason` and `throwIfAborted`
   * compare the clocks at the moment of the call, so that they are right after a pause as well.
   */
  readonly signal: AbortSignal;
  /** Whether the lease is relied on rightly at this moment. */
  readonly isHeld: () => boolean;
  /** @throws LockError ERR_LOCK_LOST when it is not held at this moment. Call it before each effect. */
  readonly assertHeld: () => void;
  /** For how many ms it holds without another renewal; 0 when it is over. */
  readonly remainingMs: () => number;
}

/** A lock that is held until it is given back or lost. It is renewed meanwhile. */
export interface Lease extends HeldLock, AsyncDisposable {
  /**
   * Gives it back; `lost` when it was over before. It is not held any more from the call on. Idempotent; it never
   * rejects, and settles when the lease has run out at the latest.
   */
  readonly release: () => Promise<'released' | 'lost'>;
}
