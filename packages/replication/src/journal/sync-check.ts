import type { Clock, RedisClient } from '@lockstep/core';

import { ReplicationError } from '../replication-error.ts';

/** How long an answer counts: a client may have found another Redis, or the same one with other settings. */
const CHECK_MS = 1000;
/** What a Redis says that does not let its settings be read: by an ACL, or because the command was renamed. */
const FORBIDDEN = /^(?:NOPERM|ERR unknown command)/;

/** What each setting must be so that Redis answers a write after its sync, also while it writes its file anew. */
const wanted: readonly (readonly [string, string])[] = [
  ['appendonly', 'yes'],
  ['appendfsync', 'always'],
  ['no-appendfsync-on-rewrite', 'no'],
];

/**
 * Makes a check that a Redis syncs each write before it answers. It asks on a new connection, and again when the
 * last answer is a second old; a failure is not remembered.
 *
 * The check throws ReplicationError `ERR_REPLICATION_DURABILITY` when that Redis does not, or does not tell, and whatever
 * else the client throws.
 */
export function createSyncCheck(clock: Pick<Clock, 'monotonic'>): (redis: RedisClient) => Promise<void> {
  let last: { readonly redis: RedisClient; readonly at: number; readonly answer: Promise<void> } | undefined;
  return async (redis) => {
    const now = clock.monotonic();
    if (last?.redis !== redis || now - last.at >= CHECK_MS) last = { redis, at: now, answer: requireSync(redis) };
    const asked = last;
    try {
      await asked.answer;
    } catch (error) {
      if (last === asked) last = undefined;
      throw error;
    }
  };
}

async function requireSync(redis: RedisClient): Promise<void> {
  const settings = await readSettings(redis);
  const wrong = wanted.filter(([name, value]) => settings.get(name) !== value);
  if (wrong.length === 0) return;
  const found = wrong.map(([name, value]) => `${name} is ${settings.get(name) ?? 'unknown'}, not ${value}`);
  throw new ReplicationError('ERR_REPLICATION_DURABILITY', `Redis does not sync each write: ${found.join('; ')}`);
}

async function readSettings(redis: RedisClient): Promise<Map<string, string>> {
  try {
    // One pattern: Redis 6 takes no list of names.
    const reply = (await redis.call('CONFIG', 'GET', '*append*')) as readonly unknown[];
    const texts = Array.isArray(reply) ? reply.map(String) : Object.entries(reply).flat().map(String);
    return new Map(texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : [])));
  } catch (error) {
    if (!(error instanceof Error && FORBIDDEN.test(error.message))) throw error;
    const message = `Redis does not tell whether it syncs each write: CONFIG GET is forbidden (${error.message})`;
    throw new ReplicationError('ERR_REPLICATION_DURABILITY', message, { cause: error });
  }
}
