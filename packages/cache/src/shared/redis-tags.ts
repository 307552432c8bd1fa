import type { InvalidationLog, RedisLog } from '@lockstep/invalidation';

import { tags as tagScript } from './lua/tags.ts';
import { createRedisNames } from './redis-names.ts';
import type { SharedValue } from './shared-tier.ts';

/** For how long a mark is kept at least, when a check has to make it. */
const CHECK_MARK_MS = 86_400_000;
/** For how much longer than its values a mark is kept. */
const MARGIN_MS = 60_000;
/** Marks of one script call. */
const MAX_TAGS = 500;

/** Tells whether tags were invalidated since a value was loaded. */
export interface TagCheck {
  /** @param keptMs for how long a value relies on the marks */
  isFresh(value: Pick<SharedValue, 'tags' | 'tagEpoch' | 'tagSequence'>, keptMs?: number): Promise<boolean>;
}

/** True for a log that tells where in Redis it lies. */
export function isRedisLog(log: InvalidationLog): log is RedisLog {
  const { client, keys } = log as Partial<RedisLog>;
  return typeof client?.call === 'function' && typeof keys?.state === 'function';
}

/** Asks the Redis of a log. */
export function createTagCheck(log: RedisLog): TagCheck {
  const { client, keys } = log;
  const { tagLog } = createRedisNames(log);
  return {
    async isFresh({ tags, tagEpoch, tagSequence }, keptMs = CHECK_MARK_MS) {
      if (tags.length === 0) return true;
      if (tagEpoch === '' || tags.length > MAX_TAGS) return false;
      const names = [keys.state(0), tagLog, ...tags.map((tag) => keys.tag(tag))];
      const args = [tagEpoch, tagSequence, Math.ceil(keptMs + MARGIN_MS), ...tags.map((tag) => JSON.stringify(tag))];
      return (await tagScript.run(client, names, args)) === 1;
    },
  };
}
