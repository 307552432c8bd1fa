/** Where a lock lives, and for how long it stays with a holder that is not heard of. */
export interface LockPeerSettings {
  readonly redisUrl: string;
  readonly ttlMs: number;
}

/** What a section can see of the lock that it works under. */
export interface HeldSection {
  /** The fencing token, where the library has such a thing. */
  readonly token: number | undefined;
  /** The check before each effect that the documentation of the library shows. */
  readonly isHeld: () => boolean;
}

/** The locks of one process. */
export interface OpenLockPeer {
  /** Waits for the lock; resolves with what gives it back. Nothing renews it meanwhile where that is up to the caller. */
  acquire(key: string): Promise<() => Promise<unknown>>;
  /**
   * Runs a section under the lock, renewed as the documentation shows, and resolves when it was given back. Rejects when
   * the library gives up waiting or trips over a fault; whoever called asks again.
   */
  hold(key: string, section: (held: HeldSection) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** A lock library with the options of its own documentation. */
export interface LockPeer {
  readonly name: string;
  /** What the key of a lock is called in Redis. */
  readonly nameInRedis: (key: string) => string;
  /** How many replicas must have its locks. @default 0 */
  readonly replicas?: number;
  open(settings: LockPeerSettings): Promise<OpenLockPeer>;
}
