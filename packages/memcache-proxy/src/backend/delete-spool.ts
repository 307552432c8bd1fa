/**
 * Where a spooled delete has to go: to every node of the pool, or to the owner of the key alone, as a stand-in has a
 * newer value.
 */
export type DeleteReach = 'everywhere' | 'owner';

/** A value that a node has confirmed after an entry was spooled for its key. */
export interface StoreProof {
  readonly pool: string;
  readonly key: Buffer;
  /** What `add` resolved with, before the value was sent. */
  readonly ticket: string;
  /** What `nodeOf` said before the value was sent. */
  readonly node: string;
  /** The CAS value that it has there. */
  readonly cas: bigint;
}

/**
 * What became of a proof: the replay of the entries up to its ticket leaves that value (`kept`); there is no such entry
 * any more (`gone`); a replay is about to delete just that value (`claimed`).
 */
export type ProofOutcome = 'kept' | 'gone' | 'claimed';

/** Where deletes are kept that a pool did not confirm, until it has: see `createSpool`. */
export interface DeleteSpool {
  /**
   * Resolves when the entry is safe: some time after, the pool of that name deletes the key. The same
   * entry may come more than once. Resolves with a ticket where proofs can be kept beside the entry.
   */
  add(entry: {
    readonly pool: string;
    readonly key: Buffer;
    /** Milliseconds since the epoch. */
    readonly failedAt: number;
    /** Where the delete has to go. @default the owner of the key, and while that is down also whoever stands in for it */
    readonly reach?: DeleteReach | undefined;
  }): Promise<string | undefined>;
  /** The node that owns the key now, as the replay will see it. @throws when there is no such pool. */
  nodeOf?(pool: string, key: Buffer): string;
  /** Keeps a proof beside its entry. A spool without it deletes whatever the key holds by then. */
  keep?(proof: StoreProof): Promise<ProofOutcome>;
}
