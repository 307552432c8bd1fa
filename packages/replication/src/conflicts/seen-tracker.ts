import type { Clock, Timer } from '@lockstep/core';

import { laneKeys } from '../operation/lane-keys.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';
import { isStreamId, STREAM_START, type StreamId } from '../operation/stream-id.ts';

/** What a tracker needs. */
export interface SeenTrackerOptions {
  readonly connection: OwnedConnection;
  /** The region whose receivers' cursors are read. */
  readonly region: string;
  readonly peers: readonly string[];
  /** The number of the first shard of its layout, and how many there are. */
  readonly base: number;
  readonly shards: number;
  /** The longest time from the beginning of a write until it is appended. */
  readonly maxWriteMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

interface Snapshot {
  /** Monotonic moment before which nothing of it was read. */
  readonly endedAt: number;
  /** By region, then by the index of the shard in its layout. */
  readonly cursors: ReadonlyMap<string, readonly StreamId[]>;
}

/** How often the cursors are read within the longest time of a write. */
const LOOKS = 5;
/** Snapshots that are kept: an operation that waited for longer gets an older one, which costs a miss at most. */
const MAX_SNAPSHOTS = 4 * LOOKS;

/**
 * Knows how far this region had applied the journals of others some time ago.
 *
 * An operation must not claim to have seen what was applied while it was being carried out. So it gets the cursors as
 * they were read before it can have begun; older ones are safe, since they only make more operations look concurrent.
 */
export class SeenTracker {
  readonly #options: SeenTrackerOptions;
  /** Newest last. */
  #snapshots: Snapshot[] = [];
  #timer: Timer | undefined;
  #isClosed = false;
  #starting: Promise<void> | undefined;

  constructor(options: SeenTrackerOptions) {
    this.#options = options;
  }

  /** Reads the cursors now and then. What is begun after it has resolved has seen them. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  start(): Promise<void> {
    this.#starting ??= this.#look(true).catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Begins to read, for operations that are begun later. */
  wake(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const { clock, maxWriteMs } = this.#options;
    this.#timer = clock.setTimer(() => {
      this.#timer = undefined;
      // Without an answer the older cursors stay, which are safe.
      void this.#look(false)
        .catch(() => {})
        .finally(() => this.wake());
    }, maxWriteMs / LOOKS);
  }

  /** The vector of a shard, by its index, for an operation that was appended at this monotonic moment. */
  seenBy(index: number, moment: number): SeenCursors {
    const { maxWriteMs, base, shards, peers } = this.#options;
    const before = this.#snapshots.findLast(({ endedAt }) => endedAt <= moment - maxWriteMs);
    const cursors = new Map(peers.map((peer) => [peer, before?.cursors.get(peer)?.[index] ?? STREAM_START]));
    return { base, shards, cursors };
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  /** @param isFirst whether nothing can have begun yet: the cursors hold for whatever comes. */
  async #look(isFirst: boolean): Promise<void> {
    const { connection, region, peers, base, shards, timeoutMs, clock } = this.#options;
    const read = async (source: string, shard: number): Promise<StreamId> => {
      const [lane] = laneKeys(region, { source, shard });
      const cursor = await connection.run((redis) => redis.call('HGET', lane, 'cursor'), timeoutMs);
      return typeof cursor === 'string' && isStreamId(cursor) ? cursor : STREAM_START;
    };
    const cursors = new Map(
      await Promise.all(
        peers.map(async (peer) => {
          const all = Array.from({ length: shards }, (_, index) => read(peer, base + index));
          return [peer, await Promise.all(all)] as const;
        }),
      ),
    );
    const endedAt = isFirst ? Number.NEGATIVE_INFINITY : clock.monotonic();
    this.#snapshots = [...this.#snapshots, { endedAt, cursors }].slice(-MAX_SNAPSHOTS);
    this.wake();
  }
}
