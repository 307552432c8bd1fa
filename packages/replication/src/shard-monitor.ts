import { drainDirtyKeys } from './drain-dirty-keys.ts';
import type { JournalKeys } from './journal-keys.ts';
import { type JournalProbe, probeJournal } from './journal-probe.ts';
import type { Link } from './link.ts';
import { RAISE_JOURNAL } from './lua/raise-journal.ts';
import { TRIM_JOURNAL } from './lua/trim-journal.ts';
import type { OwnedConnection } from './owned-connection.ts';
import { compareStreamIds, STREAM_START, type StreamId } from './stream-id.ts';

/** What a monitor needs. */
export interface ShardMonitorOptions {
  readonly keys: JournalKeys;
  readonly connection: OwnedConnection;
  /** All links of this shard. */
  readonly links: readonly Link[];
  readonly timeoutMs: number;
}

/** Most entries that are given new ids in one step, which holds Redis up. */
const MAX_RAISED_ENTRIES = 20_000;

/** Looks after the journal of one shard: its status, what every receiver has confirmed, and what did not fit. */
export class ShardMonitor {
  readonly #options: ShardMonitorOptions;
  #trimmedTo: StreamId = STREAM_START;

  constructor(options: ShardMonitorOptions) {
    this.#options = options;
  }

  /** One round. @throws ReplicationError when Redis fails; the next round tries again. */
  async look(): Promise<void> {
    let newest: JournalProbe | undefined;
    for (const link of this.#options.links) newest = await this.#observe(link);
    await this.#trim();
    if (newest !== undefined) await this.#drain(newest);
  }

  async #observe(link: Link): Promise<JournalProbe> {
    const { connection, keys, timeoutMs } = this.#options;
    const { cursor } = link;
    const probe = await connection.run((redis) => probeJournal(redis, keys, cursor ?? STREAM_START), timeoutMs);
    link.observe(cursor, probe);
    if (cursor !== undefined && compareStreamIds(probe.tail, cursor) < 0) {
      const args = [cursor, MAX_RAISED_ENTRIES];
      await connection.run((redis) => RAISE_JOURNAL.run(redis, [keys.stream], args), timeoutMs);
    }
    return probe;
  }

  /** Drops what every receiver has confirmed; nothing while one of them was never heard of. */
  async #trim(): Promise<void> {
    const { links, connection, keys, timeoutMs } = this.#options;
    let slowest: StreamId | undefined;
    for (const { cursor } of links) {
      if (cursor === undefined) return;
      if (slowest === undefined || compareStreamIds(cursor, slowest) < 0) slowest = cursor;
    }
    if (slowest === undefined || slowest === this.#trimmedTo || slowest === STREAM_START) return;
    const to = slowest;
    const dropped = await connection.run((redis) => TRIM_JOURNAL.run(redis, [keys.stream, keys.meta], [to]), timeoutMs);
    if (dropped !== -1) this.#trimmedTo = to;
  }

  /** What did not fit comes back as deletes once the stream is half empty. */
  async #drain({ dirtyKeys, heldBytes, maxBytes }: JournalProbe): Promise<void> {
    const { connection, keys, timeoutMs } = this.#options;
    if (dirtyKeys > 0 && heldBytes < maxBytes / 2) await drainDirtyKeys(connection, keys, timeoutMs);
  }
}
