/**
 * Where a spooled delete has to go: to every node of the pool, or to the owner of the key alone, as a stand-in has a
 * newer value.
 */
export type DeleteReach = 'everywhere' | 'owner';

/** Where deletes are kept that a pool did not confirm, until it has: see `createSpool`. */
export interface DeleteSpool {
  /**
   * Resolves when the entry is safe: some time after, the pool of that name deletes the key. The same
   * entry may come more than once.
   */
  add(entry: {
    readonly pool: string;
    readonly key: Buffer;
    /** Milliseconds since the epoch. */
    readonly failedAt: number;
    /** Where the delete has to go. @default the owner of the key, and while that is down also whoever stands in for it */
    readonly reach?: DeleteReach | undefined;
  }): Promise<void>;
}
