import { createRedisLog } from '@lockstep/invalidation';
import { createLocks, createRedisLockDriver } from '@lockstep/lock';
import { createRedisStore, createRefreshGateway, createRefreshWorker, defineRefresh } from '@lockstep/refresh';
import { createBullQueue } from '@lockstep/refresh/bullmq';
import { Redis } from 'ioredis';

import type { RefreshPeer } from './refresh-peer.ts';

/** A gateway, and a worker beside it in the same process. */
function lockstep(name: string, hasMemory: boolean): RefreshPeer {
  return {
    name,
    async open({ redisUrl, ttlMs, refreshBelowMs, load }) {
      const redis = new Redis(redisUrl);
      const store = createRedisStore({ redis });
      const queue = createBullQueue({ redis });
      const locks = createLocks({ driver: createRedisLockDriver({ client: redis }) });
      const source = defineRefresh<unknown>('bench', {
        ttlMs,
        refreshBelowMs,
        load: async ({ id }) => ({ data: await load(id) }),
      });
      const log = createRedisLog({ client: redis, namespace: 'bench' });
      const common = { store, queue, locks, log, definitions: [source] };
      const gateway = createRefreshGateway(hasMemory ? { ...common, memory: {} } : common);
      const worker = createRefreshWorker(common);
      worker.start();
      const reads = gateway.of(source);
      return {
        read: async (id) => (await reads.read(id)).data,
        async close() {
          await Promise.all([gateway.close(), worker.close()]);
          await Promise.all([queue.close(), locks.close(), store.close(), log.close()]);
          redis.disconnect();
        },
      };
    },
  };
}

/** Everything from Redis. */
export const lockstepRedis: RefreshPeer = lockstep('@lockstep/refresh, Redis', false);
/** With the gateway's memory before Redis. */
export const lockstepTiered: RefreshPeer = lockstep('@lockstep/refresh, memory and Redis', true);
