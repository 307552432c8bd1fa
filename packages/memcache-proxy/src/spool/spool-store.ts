import type { Position } from './position.ts';
import type { StoredEntry } from './spool-entry.ts';

/** A value that a replay is about to delete. */
export interface FoundValue {
  readonly pool: string;
  readonly key: Buffer;
  /** The newest of the entries that are replayed for the key. */
  readonly position: Position;
  readonly node: string;
  readonly cas: bigint;
}

/** A part of the spool as the replayer sees it: Redis, or the disk of this process. */
export interface SpoolStore {
  /**
   * At most `limit` entries after a position, in order, and from where to go on; no `next` at the end. There
   * may be fewer entries than `limit`, or none, before the end.
   */
  read(
    after: Position,
    limit: number,
  ): Promise<{ readonly entries: readonly StoredEntry[]; readonly next?: Position | undefined }>;
  /** Removes entries; those that are not there any more do not matter. */
  remove(positions: readonly Position[]): Promise<void>;
  /**
   * For each value, true when it is proven to be newer than its entries and stays. The others are claimed: no proof of
   * them is taken any more. @default nothing is proven
   */
  claim?(values: readonly FoundValue[]): Promise<readonly boolean[]>;
  /** The position of the newest entry that there is or was. */
  tail(): Promise<Position>;
}
