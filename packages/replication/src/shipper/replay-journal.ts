import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { decodeBlock } from '../block/block-decoder.ts';
import { claimLayouts, DEFAULT_SHARDS, type JournalLayout } from '../layout/journal-layout.ts';
import type { Journal } from '../journal/journal.ts';
import { journalKeys } from '../journal/journal-keys.ts';
import { readJournal } from './journal-reader.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { requireRegionName, requireShards } from '../operation/region-name.ts';
import { compareStreamIds, isStreamId, type StreamId } from '../operation/stream-id.ts';

/** What is replayed. */
export interface ReplayOptions {
  /** Yours; the Redis of the journal. */
  readonly client: RedisClient;
  readonly region: string;
  /** Where the deletes go: a journal of the same region. */
  readonly journal: Pick<Journal, 'append'>;
  /** An id, or the start of the milliseconds it begins with, such as `1795307096847`: what comes after it is replayed. */
  readonly from: string;
  /** @default 16 */
  readonly shards?: number;
  /** How long one answer of Redis may take. @default 2000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** What became of one shard. */
export interface ReplayedShard {
  readonly shard: number;
  /** Keys that were deleted again. */
  readonly keys: number;
  /** Whether the journal reached back to where it was asked for; when not, older writes were trimmed. */
  readonly isComplete: boolean;
}

const READ_ENTRIES = 50;
/** Appends that are waited for together. */
const APPENDS = 1000;

/**
 * Sends the keys of all writes after an id to the other regions again, as deletes at the end of the journal: a value
 * from the middle of it could be older than what a region has by now, and a miss is never wrong. Each key goes once.
 *
 * @throws ReplicationError of Redis and of the journal; what was appended stays. RangeError for an id that is none.
 */
export async function* replayJournal(options: ReplayOptions): AsyncGenerator<ReplayedShard> {
  const { client, region, shards = DEFAULT_SHARDS, timeoutMs = 2000, clock = systemClock } = options;
  requireRegionName('region', region);
  requireShards('shards', shards);
  const from = options.from.includes('-') ? options.from : `${options.from}-0`;
  if (!isStreamId(from)) throw new RangeError(`from must be the id of an entry, or milliseconds, got ${options.from}`);
  const connection = new OwnedConnection({ client, clock });
  try {
    const layouts = await connection.run((redis) => claimLayouts(redis, region, shards), timeoutMs);
    for (const layout of layouts) {
      for (let index = 0; index < layout.shards; index += 1) {
        yield await replayShard(connection, { ...options, from, shard: layout.base + index, layout, timeoutMs });
      }
    }
  } finally {
    connection.close();
  }
}

async function replayShard(
  connection: OwnedConnection,
  options: Omit<ReplayOptions, 'shards'> & {
    readonly shard: number;
    readonly layout: JournalLayout;
    readonly timeoutMs: number;
  },
): Promise<ReplayedShard> {
  const { region, journal, from, shard, layout, timeoutMs, signal } = options;
  const { stream } = journalKeys(region, shard);
  const read = (after: StreamId, maxEntries: number) =>
    readJournal(connection, { stream, after, maxEntries, blockMs: 0, timeoutMs });
  const [oldest] = await read('0-0', 1);
  // What was written before a later layout was begun lay in other shards, of which nothing may be left.
  const isFromStart = layout.base === 0 && (oldest === undefined || oldest.before === 0);
  const isComplete = isFromStart || (oldest !== undefined && compareStreamIds(oldest.id, from) <= 0);
  // What is appended meanwhile is new, and travels by itself.
  const reply = await connection.run((redis) => redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1), timeoutMs);
  const end = (reply as [string, unknown][])[0]?.[0] ?? from;
  const keys = new Map<string, Buffer>();
  for (let after = from; compareStreamIds(after, end) < 0;) {
    signal?.throwIfAborted();
    const entries = await read(after, READ_ENTRIES);
    for (const { id, block } of entries) {
      if (compareStreamIds(id, end) > 0) break;
      for (const { key } of decodeBlock(block).operations) keys.set(key.toString('latin1'), key);
    }
    after = entries.at(-1)?.id ?? end;
  }
  const all = [...keys.values()];
  for (let at = 0; at < all.length; at += APPENDS) {
    signal?.throwIfAborted();
    await Promise.all(all.slice(at, at + APPENDS).map((key) => journal.append({ kind: 'delete', key })));
  }
  return { shard, keys: all.length, isComplete };
}
