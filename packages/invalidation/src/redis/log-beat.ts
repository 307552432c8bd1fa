import type { RedisClient } from '@lockstep/core';

import { newEpoch } from '../epoch.ts';
import { beatScript } from '../lua/beat.ts';
import type { ShardPosition } from '../position.ts';
import type { LogAnswer, LoggedEntry } from '../shard-cursor.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';

/** What a follower asks a shard of the log, and says about itself. */
export interface BeatRequest {
  readonly cursor: ShardPosition;
  readonly limit: number;
  readonly followerId: string;
  /** 0 for none. */
  readonly leaseMs: number;
  /** What to note instead of the cursor. */
  readonly passed: ShardPosition | undefined;
  /** Whether to forget followers that are long silent. */
  readonly isSweep: boolean;
  /** Whether to look for entries that are too old. */
  readonly isTrim: boolean;
}

/** What the log answers. */
export interface BeatAnswer extends LogAnswer {
  /** The server's clock. */
  readonly serverMs: number;
  /** True where another process should mean a new epoch and would not be noticed. */
  readonly isBlind: boolean;
}

/** Asks a shard of the log. Rejects with what the client rejects with. */
export async function askLog(
  client: RedisClient,
  { random, maxAgeMs, onFailover }: CheckedRedisLogOptions,
  keyspace: LogKeyspace,
  shard: number,
  request: BeatRequest,
): Promise<BeatAnswer> {
  const { cursor, limit, followerId, leaseMs, passed, isSweep, isTrim } = request;
  const isFromStart = cursor.epoch === '' && cursor.sequence >= 0;
  const keys = [keyspace.state(shard), keyspace.log(shard)];
  const reply = await beatScript.run(client, keys, [
    newEpoch(random),
    onFailover === 'flush' ? '1' : '0',
    isFromStart ? '*' : cursor.epoch,
    Math.max(0, cursor.sequence),
    limit,
    followerId,
    leaseMs,
    isTrim ? maxAgeMs : 0,
    isSweep ? '1' : '0',
    passed === undefined ? '' : `${passed.epoch}:${passed.sequence}`,
  ]);
  if (!Array.isArray(reply)) return atEnd(cursor, Number(reply));
  return parseBeat(reply, limit);
}

/** What it means that nothing follows a cursor. */
function atEnd({ epoch, sequence }: ShardPosition, serverMs: number): BeatAnswer {
  return { epoch, sequence, clearedFrom: '', first: 0, serverMs, entries: [], isComplete: true, isBlind: false };
}

function parseBeat(reply: unknown, limit: number): BeatAnswer {
  const [epoch, sequence, clearedFrom, first, serverMs, raw, isBlind] = reply as [
    string,
    number,
    string,
    number,
    number,
    [string, string[]][],
    number,
  ];
  const entries = raw.map(([id, fields]): LoggedEntry => ({
    sequence: Number(id.slice(2)),
    body: fields[1] ?? '',
  }));
  const isComplete = entries.length < limit;
  return { epoch, sequence, clearedFrom, first, serverMs, entries, isComplete, isBlind: isBlind === 1 };
}
