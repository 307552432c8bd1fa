import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { DEFAULT_SHARDS, type JournalLayout, parseLayouts, readLayoutRecord } from '../layout/journal-layout.ts';
import { journalKeys } from '../journal/journal-keys.ts';
import { probeJournal } from '../journal/journal-probe.ts';
import { laneKeys } from '../operation/lane-keys.ts';
import { LocalWrites } from './local-writes.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { requireRegionName } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';
import { shardOf } from '../operation/shard-of.ts';
import { compareStreamIds, isStreamId, STREAM_START, type StreamId } from '../operation/stream-id.ts';

/** Whose writes are watched, and from where on. */
export interface WriteWatchOptions {
  /** Yours; the Redis of the region. */
  readonly client: RedisClient;
  readonly region: string;
  /**
   * Begins with what the receivers of another region have not applied yet, instead of with what is appended after the
   * call. `client` is the Redis of that region.
   */
  readonly notAppliedIn?: { readonly client: RedisClient; readonly region: string };
  /** Memory for the keys: their length and 160 bytes each. With more writes than that every key counts as written. @default 67108864 */
  readonly maxBytes?: number;
  /** How long one answer of Redis may take. @default 2000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Knows which keys a region has written since a moment, for those who copy values past the journal. */
export interface WriteWatch extends AsyncDisposable {
  /** Takes in all that was appended before the call. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  catchUp(): Promise<void>;
  /** Whether the key was written since, or that cannot be known. As of the last `catchUp`. */
  isWritten(key: Buffer): boolean;
}

/** @throws ReplicationError `ERR_REPLICATION_REDIS`; `ERR_REPLICATION_TAIL_LOST` when the journal ends before where it should begin. */
export async function openWriteWatch(options: WriteWatchOptions): Promise<WriteWatch> {
  const { client, region, maxBytes = 64 * 1024 * 1024, timeoutMs = 2000, clock = systemClock } = options;
  requireRegionName('region', region);
  const connection = new OwnedConnection({ client, clock });
  try {
    const readRecord = async () =>
      (await connection.run((redis) => readLayoutRecord(redis, region), timeoutMs)) ?? String(DEFAULT_SHARDS);
    const record = await readRecord();
    const layouts = parseLayouts(record);
    const open = (layout: JournalLayout) =>
      Promise.all(
        Array.from({ length: layout.shards }, async (_, index) => {
          const shard = layout.base + index;
          const from = await findStart({ ...options, clock, timeoutMs }, connection, shard);
          const bytes = Math.ceil(maxBytes / layouts.length / layout.shards);
          return new LocalWrites({ connection, region, shard, isFor: () => true, maxBytes: bytes, timeoutMs, from });
        }),
      );
    const all = await Promise.all(layouts.map(open));
    let isSure = true;
    return {
      async catchUp() {
        const outcomes = await Promise.all(all.flat().map((writes) => writes.catchUp()));
        // With another layout there are shards that are not watched.
        isSure &&= (await readRecord()) === record && outcomes.every(Boolean);
      },
      isWritten(key) {
        if (!isSure) return true;
        const lanes = all.map((shards) => shards[shardOf(key, shards.length)]);
        return lanes.some((writes) => writes === undefined || writes.hasGap || writes.lastOf(key) !== undefined);
      },
      // oxlint-disable-next-line require-await -- an AsyncDisposable must give a promise; there is nothing to wait for
      async [Symbol.asyncDispose]() {
        connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function findStart(
  { region, notAppliedIn, timeoutMs, clock }: WriteWatchOptions & { timeoutMs: number; clock: Clock },
  connection: OwnedConnection,
  shard: number,
): Promise<{ readonly id: StreamId; readonly operations: number }> {
  const keys = journalKeys(region, shard);
  const probe = (cursor: StreamId | undefined) =>
    connection.run((redis) => probeJournal(redis, keys, cursor), timeoutMs);
  if (notAppliedIn === undefined) {
    const { tail, total } = await probe(undefined);
    return { id: tail, operations: total };
  }
  const there = new OwnedConnection({ client: notAppliedIn.client, clock });
  try {
    const [lane] = laneKeys(notAppliedIn.region, { source: region, shard });
    const stored = await there.run((redis) => redis.call('HGET', lane, 'cursor'), timeoutMs);
    const id = typeof stored === 'string' && isStreamId(stored) ? stored : STREAM_START;
    const { tail, total, oldest } = await probe(id);
    if (compareStreamIds(tail, id) >= 0) return { id, operations: oldest?.before ?? total };
    const message = `the journal of ${region} ends at ${tail}, and ${notAppliedIn.region} has applied it up to ${id}`;
    throw new ReplicationError('ERR_REPLICATION_TAIL_LOST', message);
  } finally {
    there.close();
  }
}
