import type { RedisClient } from '@lockstep/core';

import { journalShardsKey } from '../journal/journal-keys.ts';
import { SWAP_LAYOUTS } from '../lua/swap-layouts.ts';
import { redisFailed } from '../owned-connection.ts';
import { ReplicationError } from '../replication-error.ts';

/** How the keys of a journal are spread: key to `base` + its hash modulo `shards`. No two layouts share a shard. */
export interface JournalLayout {
  /** The number of its first shard. */
  readonly base: number;
  readonly shards: number;
}

/** Number of shards of a journal, unless an option says otherwise. */
export const DEFAULT_SHARDS = 16;
/** One more than the highest number of a shard. */
export const MAX_SHARD_NUMBERS = 65_536;

const LAYOUT = /^(\d{1,5})(?:@(\d{1,5}))?$/;

/**
 * Reads the record of a journal's layouts, oldest first: `16`, and `16@0 32@16` while it changes. All but the last are
 * sealed, or about to be, and are shipped to their end before the next one.
 *
 * @throws ReplicationError `ERR_REPLICATION_REDIS` for a record that says something else.
 */
export function parseLayouts(record: string): readonly JournalLayout[] {
  return record.split(' ').map((part) => {
    const match = LAYOUT.exec(part);
    if (match === null) throw redisFailed(new Error(`the record of the journal's shards is ${JSON.stringify(record)}`));
    return { shards: Number(match[1]), base: Number(match[2] ?? 0) };
  });
}

/** The record that `parseLayouts` reads. */
export function formatLayouts(layouts: readonly JournalLayout[]): string {
  return layouts.map(({ shards, base }) => `${shards}@${base}`).join(' ');
}

/** The record of the layouts of a region's journal, undefined where there is none. @throws whatever the client throws. */
export async function readLayoutRecord(redis: RedisClient, region: string): Promise<string | undefined> {
  const stored = await redis.call('GET', journalShardsKey(region));
  return typeof stored === 'string' ? stored : undefined;
}

/**
 * The layouts of the journal of a region, which are written down where nobody has yet. Two writers that do not agree
 * would put one key into two shards, and its order would be lost.
 *
 * Redis may lose the record, and one who knows less may write it first. So `newest`, the newest layout that the caller
 * has found there, is put back: behind those of the record, as a change to it is.
 *
 * @throws ReplicationError `ERR_REPLICATION_SHARDS` when it has another number and was never changed, or no numbers of
 * shards are left; `ERR_REPLICATION_REDIS` when it was written at the same moment; whatever the client throws.
 */
export async function claimLayouts(
  redis: RedisClient,
  region: string,
  shards: number,
  newest: JournalLayout = { base: 0, shards },
): Promise<readonly JournalLayout[]> {
  const record = (await readLayoutRecord(redis, region)) ?? (await beginRecord(redis, region, newest));
  const found = parseLayouts(record);
  const layouts = withNewest(found, newest);
  if (layouts !== found) {
    const swapped = await SWAP_LAYOUTS.run(redis, [journalShardsKey(region)], [record, formatLayouts(layouts)]);
    if (Number(swapped) !== 1) throw redisFailed(new Error('the record of the shards was written at the same moment'));
    return layouts;
  }
  // Once it was changed, the option is only what the journal was begun with.
  if (layouts[0]?.shards === shards || record.includes('@')) return layouts;
  throw refused(`the journal of ${region} has ${record} shards, and ${shards} were asked for`);
}

async function beginRecord(redis: RedisClient, region: string, newest: JournalLayout): Promise<string> {
  const first = newest.base === 0 ? String(newest.shards) : formatLayouts([newest]);
  await redis.call('SETNX', journalShardsKey(region), first);
  const record = await readLayoutRecord(redis, region);
  if (record === undefined) throw redisFailed(new Error('the number of shards was not stored'));
  return record;
}

/** The layouts of a record, and behind them one that is newer than all of them. */
function withNewest(layouts: readonly JournalLayout[], newest: JournalLayout): readonly JournalLayout[] {
  const last = layouts.at(-1);
  if (last === undefined || last.base >= newest.base) return layouts;
  const end = last.base + last.shards;
  if (end <= newest.base) return [...layouts, newest];
  // The numbers of its shards mean other keys by now.
  const base = Math.max(end, newest.base + newest.shards);
  if (base + newest.shards > MAX_SHARD_NUMBERS) throw refused(`the shards are numbered up to ${base} already`);
  return [...layouts, { base, shards: newest.shards }];
}

function refused(message: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_SHARDS', message);
}
