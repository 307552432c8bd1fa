import type { RedisClient } from '@lockstep/core';

import { journalShardsKey } from './journal-keys.ts';
import { redisFailed } from '../owned-connection.ts';
import { ReplicationError } from '../replication-error.ts';

/** Number of shards of a journal, unless an option says otherwise. */
export const DEFAULT_SHARDS = 16;

/**
 * Writes down how many shards the journal of a region has, where nobody has yet. Two writers that do not agree
 * would put one key into two shards, and its order would be lost.
 *
 * @throws ReplicationError `ERR_REPLICATION_SHARDS` when it has another number; whatever the client throws.
 */
export async function claimShards(redis: RedisClient, region: string, shards: number): Promise<void> {
  const key = journalShardsKey(region);
  const [, stored] = await Promise.all([redis.call('SETNX', key, shards), redis.call('GET', key)]);
  if (stored === String(shards)) return;
  if (stored === null) throw redisFailed(new Error('the number of shards was not stored'));
  const message = `the journal of ${region} has ${String(Number(stored))} shards, and ${shards} were asked for`;
  throw new ReplicationError('ERR_REPLICATION_SHARDS', message);
}
