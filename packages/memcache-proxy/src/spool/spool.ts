import type { DeleteSpool, ProofOutcome, StoreProof } from '../backend/delete-spool.ts';
import type { SpoolEntry } from './spool-entry.ts';
import type { PassReport } from './replayer.ts';

/** An entry as `list` tells it. */
export interface ListedEntry extends SpoolEntry {
  readonly where: 'redis' | 'disk';
}

/** What `list` takes. */
export interface SpoolListOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What `replay` takes. */
export interface SpoolReplayOptions {
  /** Only the entries of this pool. @default all */
  readonly pool?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The counts of a spool since it was made, and what there is now. */
export interface SpoolStats {
  /** Entries that are safe, and those that could not be made so. */
  readonly added: number;
  readonly refused: number;
  /** Entries moved from the disk into Redis. */
  readonly moved: number;
  /** Deletes that their nodes confirmed to this process, and the entries that these made up for. */
  readonly deletes: number;
  readonly replayed: number;
  /** Nodes that this process waits for. */
  readonly waitingNodes: number;
  /** On the disk of this process. */
  readonly diskEntries: number;
  readonly diskBytes: number;
  /** In Redis, when this process last looked; undefined while another one replays, or Redis is away. */
  readonly redisEntries: number | undefined;
  /** Whether this is the process that replays what is in Redis. */
  readonly isReplaying: boolean;
}

/** Failed deletes, kept until their nodes have confirmed them. */
export interface Spool extends DeleteSpool, AsyncDisposable {
  /**
   * Resolves when the entry is in Redis, or on the disk while Redis is away or too slow. The ticket is its place in
   * Redis.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_SPOOL_FULL, ERR_MEMCACHE_PROXY_SPOOL_FAILED or
   * ERR_MEMCACHE_PROXY_CLOSED: the entry may be lost.
   * @throws RangeError for a pool's name or a key that no entry can have.
   */
  add(entry: SpoolEntry): Promise<string | undefined>;
  nodeOf(pool: string, key: Buffer): string;
  /**
   * Has the replay leave a value that was confirmed after its entry: see `StoreProof`.
   *
   * @throws what Redis fails with, or an Error while it is away: the value goes with the replay then, unless the proof
   * is there all the same.
   */
  keep(proof: StoreProof): Promise<ProofOutcome>;
  /**
   * All entries: what is on this machine's disk, whichever process has it, and then what is in Redis.
   * The same may come twice. Changes nothing.
   */
  list(options?: SpoolListOptions): AsyncIterable<ListedEntry>;
  /**
   * Tries every entry in Redis and on the disk of this process once, at once, also while another process replays.
   *
   * @throws what Redis or the disk fail with.
   */
  replay(options?: SpoolReplayOptions): Promise<PassReport>;
  /** Cheap enough to ask for at any time. */
  stats(): SpoolStats;
  /** Begins to replay in the background: while Redis is away from disk, and else where no other process does. Idempotent. */
  start(): void;
  /** Stops, and keeps what is left for the next one. Idempotent. */
  close(): Promise<void>;
}
