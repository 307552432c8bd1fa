import type { RedisLog } from '@lockstep/invalidation';

import { isRedisLog } from './redis-tags.ts';
import { RedisStore } from './redis-store.ts';
import type { Schedule } from './redis-trust.ts';
import type { SharedTier } from './shared-tier.ts';

/** How values lie in Redis. */
export interface RedisTierOptions {
  /** The log in Redis, where the cache follows it through a relay: of the same namespace and shards. @default the log of the cache */
  readonly log?: RedisLog;
  /** A larger value is not shared. @default 8_388_608 */
  readonly maxValueBytes?: number;
  /** Packs what belongs to one turn of the event loop. @default setImmediate */
  readonly schedule?: Schedule;
}

/**
 * Shares values in the Redis of the log, in the slots of its shards: an entry of the log drops values and voids
 * claims in the same step, and `clear` makes all of them unreachable at once.
 *
 * Where the client tells of connections that end (`Redis` of ioredis), a hit is one plain GET. Over a `Cluster`, the
 * reads of a turn are followed by one look at the process that answered.
 *
 * @throws RangeError for a bad `maxValueBytes`; `open` throws TypeError over a log that is not in Redis, or another one
 *   than that of the cache, and over a Cluster whose `scaleReads` lets replicas answer, which may lack an invalidation.
 */
export function redisTier(options: RedisTierOptions = {}): SharedTier {
  const { maxValueBytes = 8 * 1024 * 1024, schedule = (run) => void setImmediate(run) } = options;
  if (!(Number.isInteger(maxValueBytes) && maxValueBytes >= 1)) {
    throw new RangeError(`maxValueBytes must be a positive integer, got ${maxValueBytes}`);
  }
  return {
    name: 'redis',
    open(context) {
      const { log = context.log } = options;
      if (!isRedisLog(log)) {
        throw new TypeError('redisTier() needs a log made by createRedisLog(); beside a relay, redisTier({ log })');
      }
      if (log.namespace !== context.log.namespace || log.shards !== context.log.shards) {
        throw new TypeError('the log of redisTier() must have the namespace and shards of the log of the cache');
      }
      const { scaleReads = 'master' } = (log.client as { options?: { scaleReads?: unknown } }).options ?? {};
      if (scaleReads !== 'master') throw new TypeError("redisTier() needs a Cluster with scaleReads: 'master'");
      return new RedisStore(log, context, { maxValueBytes, schedule });
    },
  };
}
