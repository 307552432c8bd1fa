import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { formatLayouts, MAX_SHARD_NUMBERS, parseLayouts, readLayoutRecord } from './journal-layout.ts';
import { journalShardsKey } from '../journal/journal-keys.ts';
import { SWAP_LAYOUTS } from '../lua/swap-layouts.ts';
import { OwnedConnection, redisFailed } from '../owned-connection.ts';
import { requireRegionName, requireShards } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';

/** Which journal gets how many shards. */
export interface ReshardOptions {
  /** Yours; the Redis of the journal. */
  readonly client: RedisClient;
  readonly region: string;
  readonly shards: number;
  /** How long one answer of Redis may take. @default 2000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** How far a change is. */
export interface ReshardState {
  /** Shards of the layout that is shipped to its end, and of the newest one; the same when nothing changes. */
  readonly from: number;
  readonly to: number;
  readonly isDone: boolean;
}

/**
 * Has a journal change to another number of shards, and tells how far that is; asked again, it begins nothing twice.
 * The shippers of the region carry it out, and whoever dies meanwhile, it goes on: they seal the old shards, writers
 * that are refused there go over to the new ones, and to each region the new ones are shipped when it has applied all
 * of the old ones.
 *
 * @throws ReplicationError `ERR_REPLICATION_SHARDS` while a change to another number is under way, where nothing was
 * written yet, or when no more numbers of shards are left; `ERR_REPLICATION_REDIS`. RangeError for a number out of bounds.
 */
export async function reshardJournal(options: ReshardOptions): Promise<ReshardState> {
  const { client, region, shards, timeoutMs = 2000, clock = systemClock } = options;
  requireRegionName('region', region);
  requireShards('shards', shards);
  const connection = new OwnedConnection({ client, clock });
  try {
    const record = await connection.run((redis) => readLayoutRecord(redis, region), timeoutMs);
    if (record === undefined) throw refused(`the journal of ${region} has no shards yet: give its writers the number`);
    const layouts = parseLayouts(record);
    const [oldest, newest] = [layouts[0], layouts.at(-1)];
    if (oldest === undefined || newest === undefined) throw redisFailed(new Error('the record of shards is empty'));
    const state = { from: oldest.shards, to: shards };
    if (newest.shards === shards) return { ...state, isDone: layouts.length === 1 };
    if (layouts.length > 1) throw refused(`${region} is changing to ${newest.shards} shards: wait until it has`);
    const base = newest.base + newest.shards;
    if (base + shards > MAX_SHARD_NUMBERS) throw refused(`shards of ${region} are numbered up to ${base} already`);
    const next = formatLayouts([...layouts, { base, shards }]);
    const swapped = await connection.run(
      (redis) => SWAP_LAYOUTS.run(redis, [journalShardsKey(region)], [record, next]),
      timeoutMs,
    );
    if (Number(swapped) !== 1) throw refused(`the shards of ${region} were changed at the same moment: ask again`);
    return { ...state, isDone: false };
  } finally {
    connection.close();
  }
}

function refused(message: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_SHARDS', message);
}
