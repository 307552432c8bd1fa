import type { Clock } from '@lockstep/core';

import { drainDirtyKeys } from './drain-dirty-keys.ts';
import type { JournalKeys } from '../journal/journal-keys.ts';
import { type JournalProbe, probeJournal } from '../journal/journal-probe.ts';
import type { Link } from './link.ts';
import { APPEND_MARKER } from '../lua/append-marker.ts';
import { SEAL_JOURNAL } from '../lua/seal-journal.ts';
import { RAISE_JOURNAL } from '../lua/raise-journal.ts';
import { TRIM_JOURNAL } from '../lua/trim-journal.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import { compareStreamIds, isStreamId, STREAM_START, type StreamId } from '../operation/stream-id.ts';

/** What a monitor needs. */
export interface ShardMonitorOptions {
  readonly keys: JournalKeys;
  readonly connection: OwnedConnection;
  /** All links of this shard, in an order that is the same in every shipper. */
  readonly links: readonly Link[];
  readonly timeoutMs: number;
  /** What the Redis here and there knew so long ago, they do not lose. */
  readonly settleMs: number;
  /** Bytes of confirmed entries that stay in the stream. */
  readonly retainBytes: number;
  /** The block of a marker. */
  readonly marker: Buffer;
  /** How often one measures the lag; 0 where it is not measured. */
  readonly markerIntervalMs: number;
  readonly clock: Clock;
}

/** Most entries that are given new ids in one step, which holds Redis up. */
const MAX_RAISED_ENTRIES = 20_000;
/** While a receiver is away, markers are so many times the interval apart at most, and this part of the time it is away. */
const MARKER_SHARE = 16;

/** Looks after the journal of one shard: its status, what every receiver has confirmed, and what did not fit. */
export class ShardMonitor {
  readonly #options: ShardMonitorOptions;
  #trimmedTo: StreamId = STREAM_START;
  #markedAt = Number.NEGATIVE_INFINITY;
  /** The newest id that the stream had given out at the latest look. */
  #tail: StreamId = STREAM_START;
  /** Whether a loss was noticed, and no marker was written since. */
  #isMarkerDue = false;
  /** Links whose receivers have applied all of a shard that takes no more writes, and since when. */
  readonly #through = new Map<Link, { readonly since: number; isSettled: boolean }>();

  constructor(options: ShardMonitorOptions) {
    this.#options = options;
  }

  /**
   * One round. Who ships the first link looks after the journal: another, who stands by, knows less of where receivers
   * stand. @throws ReplicationError when Redis fails; the next round tries again.
   */
  async look(): Promise<void> {
    let newest: JournalProbe | undefined;
    for (const link of this.#options.links) newest = await this.#observe(link);
    if (this.#isKeeper) {
      await this.#trim();
      if (newest !== undefined) {
        await this.#drain(newest);
        await this.#makeUp(newest);
      }
    }
    await this.#mark();
  }

  /**
   * Whether the receiver of a link has applied all of the shard, which takes no more writes, and its Redis does not
   * forget that. As of the latest look.
   */
  isThrough(link: Link): boolean {
    return this.#through.get(link)?.isSettled === true;
  }

  #settle(link: Link): void {
    const { clock, settleMs } = this.#options;
    const now = clock.monotonic();
    const through = this.#through.get(link) ?? { since: now, isSettled: false };
    this.#through.set(link, through);
    // Had the receiver's Redis lost its newest cursor, it would have said so when it was asked after that.
    through.isSettled ||= link.answeredAt - through.since >= settleMs;
    if (!through.isSettled && now - through.since >= settleMs) link.check();
  }

  /** Ends the shard. @throws as `look`. */
  async seal(): Promise<void> {
    const { connection, keys, timeoutMs } = this.#options;
    await connection.run((redis) => SEAL_JOURNAL.run(redis, [keys.meta], []), timeoutMs);
  }

  /** Drops what is left of a shard that every receiver has applied. @throws as `look`. */
  async clear(): Promise<void> {
    const { connection, keys, timeoutMs } = this.#options;
    await connection.run((redis) => redis.call('XTRIM', keys.stream, 'MAXLEN', 1), timeoutMs);
  }

  get #isKeeper(): boolean {
    return this.#options.links[0]?.standsBy !== true;
  }

  /** The next marker, for the links on which none is on its way: one that is cut holds up no other's measure. */
  async #mark(): Promise<void> {
    const { markerIntervalMs, links, clock } = this.#options;
    const now = clock.monotonic();
    const unmarked = links.filter((link) => link.markedAt === undefined && !link.standsBy);
    if (markerIntervalMs === 0 || unmarked.length === 0) return;
    const oldest = Math.min(now, ...links.map((link) => link.markedAt ?? now));
    // They stay in the stream until the last receiver has them: the longer one is away, the fewer there are.
    const rest = Math.min((now - oldest) / MARKER_SHARE, markerIntervalMs * MARKER_SHARE);
    if (now - this.#markedAt < Math.max(markerIntervalMs, rest)) return;
    this.#markedAt = now;
    const id = await this.#appendMarker();
    if (id !== undefined) for (const link of unmarked) link.mark(id, now);
  }

  /**
   * A marker after a loss: in a shard that nobody writes to, there would be nothing else behind what receivers here have
   * read of it before, and they would take every store of another region for one that has not seen that.
   */
  async #makeUp({ isSealed }: JournalProbe): Promise<void> {
    if (!this.#isMarkerDue) return;
    this.#isMarkerDue = !isSealed && (await this.#appendMarker()) === undefined;
  }

  /** Its id; undefined where there is no room for it. */
  async #appendMarker(): Promise<StreamId | undefined> {
    const { connection, keys, timeoutMs, marker } = this.#options;
    const id = await connection.run((redis) => APPEND_MARKER.run(redis, [keys.stream, keys.meta], [marker]), timeoutMs);
    return typeof id === 'string' && isStreamId(id) ? id : undefined;
  }

  async #observe(link: Link): Promise<JournalProbe> {
    const { connection, keys, timeoutMs } = this.#options;
    const { cursor, confirmed } = link;
    const probe = await connection.run((redis) => probeJournal(redis, keys, confirmed), timeoutMs);
    link.observe(confirmed, probe);
    const { isSealed, dirtyKeys, dirtyClasses, tail } = probe;
    // Nothing that it sends tells where the receiver is, and what another says does not do for the end of a shard.
    if (link.standsBy && isSealed) link.check();
    const isEmpty = dirtyKeys + dirtyClasses === 0 && cursor !== undefined && compareStreamIds(cursor, tail) >= 0;
    // What the receiver has answered meanwhile is older or newer than what was looked at.
    if (isSealed && isEmpty && link.cursor === cursor) this.#settle(link);
    else this.#through.delete(link);
    this.#isMarkerDue ||= compareStreamIds(tail, this.#tail) < 0;
    this.#tail = tail;
    if (cursor !== undefined && compareStreamIds(tail, cursor) < 0) {
      const args = [cursor, MAX_RAISED_ENTRIES];
      const moved = Number(
        await connection.run((redis) => RAISE_JOURNAL.run(redis, [keys.stream, keys.meta], args), timeoutMs),
      );
      // Where it could not be raised, a marker would come before the cursor as well.
      this.#isMarkerDue = moved >= -1;
    }
    return probe;
  }

  /** Drops what every receiver has confirmed, but for what is retained; nothing while one of them was never heard of. */
  async #trim(): Promise<void> {
    const { links, connection, keys, timeoutMs, retainBytes } = this.#options;
    let slowest: StreamId | undefined;
    for (const { confirmed } of links) {
      if (confirmed === undefined) return;
      if (slowest === undefined || compareStreamIds(confirmed, slowest) < 0) slowest = confirmed;
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
