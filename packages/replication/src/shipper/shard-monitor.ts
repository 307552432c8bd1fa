import type { Clock } from '@lockstep/core';

import { drainDirtyKeys } from './drain-dirty-keys.ts';
import type { JournalKeys } from '../journal/journal-keys.ts';
import { type JournalProbe, probeJournal } from '../journal/journal-probe.ts';
import type { Link } from './link.ts';
import { APPEND_MARKER } from '../lua/append-marker.ts';
import { RAISE_JOURNAL } from '../lua/raise-journal.ts';
import { TRIM_JOURNAL } from '../lua/trim-journal.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import { compareStreamIds, isStreamId, STREAM_START, type StreamId } from '../operation/stream-id.ts';

/** What a monitor needs. */
export interface ShardMonitorOptions {
  readonly keys: JournalKeys;
  readonly connection: OwnedConnection;
  /** All links of this shard. */
  readonly links: readonly Link[];
  readonly timeoutMs: number;
  /** Bytes of confirmed entries that stay in the stream. */
  readonly retainBytes: number;
  /** The block that measures the lag, and how often; absent where it is not measured. */
  readonly marker?: { readonly block: Buffer; readonly intervalMs: number } | undefined;
  readonly clock: Clock;
}

/** Most entries that are given new ids in one step, which holds Redis up. */
const MAX_RAISED_ENTRIES = 20_000;

/** Looks after the journal of one shard: its status, what every receiver has confirmed, and what did not fit. */
export class ShardMonitor {
  readonly #options: ShardMonitorOptions;
  #trimmedTo: StreamId = STREAM_START;
  #markedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ShardMonitorOptions) {
    this.#options = options;
  }

  /** One round. @throws ReplicationError when Redis fails; the next round tries again. */
  async look(): Promise<void> {
    let newest: JournalProbe | undefined;
    for (const link of this.#options.links) newest = await this.#observe(link);
    await this.#trim();
    if (newest !== undefined) await this.#drain(newest);
    await this.#mark();
  }

  /** The next marker, when every receiver has confirmed the one before it. */
  async #mark(): Promise<void> {
    const { marker, links, connection, keys, timeoutMs, clock } = this.#options;
    const now = clock.monotonic();
    if (marker === undefined || now - this.#markedAt < marker.intervalMs || links.some((link) => link.isMarked)) return;
    this.#markedAt = now;
    const args = [marker.block];
    const id = await connection.run((redis) => APPEND_MARKER.run(redis, [keys.stream, keys.meta], args), timeoutMs);
    if (typeof id === 'string' && isStreamId(id)) for (const link of links) link.mark(id, now);
  }

  async #observe(link: Link): Promise<JournalProbe> {
    const { connection, keys, timeoutMs } = this.#options;
    const { cursor } = link;
    const probe = await connection.run((redis) => probeJournal(redis, keys, cursor), timeoutMs);
    link.observe(cursor, probe);
    if (cursor !== undefined && compareStreamIds(probe.tail, cursor) < 0) {
      const args = [cursor, MAX_RAISED_ENTRIES];
      await connection.run((redis) => RAISE_JOURNAL.run(redis, [keys.stream, keys.meta], args), timeoutMs);
    }
    return probe;
  }

  /** Drops what every receiver has confirmed, but for what is retained; nothing while one of them was never heard of. */
  async #trim(): Promise<void> {
    const { links, connection, keys, timeoutMs, retainBytes } = this.#options;
    let slowest: StreamId | undefined;
    for (const { cursor } of links) {
      if (cursor === undefined) return;
      if (slowest === undefined || compareStreamIds(cursor, slowest) < 0) slowest = cursor;
    }
    if (slowest === undefined || slowest === this.#trimmedTo || slowest === STREAM_START) return;
    const to = slowest;
    const dropped = await connection.run(
      (redis) => TRIM_JOURNAL.run(redis, [keys.stream, keys.meta], [to, retainBytes]),
      timeoutMs,
    );
    if (dropped !== -1) this.#trimmedTo = to;
  }

  /** What did not fit comes back as deletes and clears once the stream is half empty. */
  async #drain({ dirtyKeys, dirtyClasses, heldBytes, maxBytes }: JournalProbe): Promise<void> {
    const { connection, keys, timeoutMs } = this.#options;
    if (dirtyKeys + dirtyClasses > 0 && heldBytes < maxBytes / 2) await drainDirtyKeys(connection, keys, timeoutMs);
  }
}
