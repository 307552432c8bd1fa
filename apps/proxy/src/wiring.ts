import { createRing } from '@lockstep/hashring';
import { createRedisLog } from '@lockstep/invalidation';
import { createPool } from '@lockstep/memcache';
import { createBackend, createMemcacheServer, memcacheHttp } from '@lockstep/memcache-proxy';
import { createJournal } from '@lockstep/replication';
import {
  type AppContext,
  connectRedis,
  createAdminServer,
  policyOf,
  poolCheck,
  redisCheck,
  type RunningApp,
} from '@lockstep/service-kit';

import { logFailures } from './log-failures.ts';
import { addMetrics } from './metrics.ts';
import { createWriteHook } from './write-hook.ts';

/** Makes and starts everything a proxy consists of: both faces, the pool behind them, the hook on writes. */
export async function startProxy(context: AppContext): Promise<RunningApp> {
  const { name, version, topology, region, environment, logger, signal } = context;
  const redis = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
  const pool = createPool({ ring: createRing(region.pool.nodes) });
  const journal = createJournal({ client: redis, region: region.name });
  const invalidations = createRedisLog({ client: redis, namespace: region.name });
  const onWrite = createWriteHook({ journal, invalidations, policyOf: policyOf(topology) });
  const backend = createBackend({ pool, onWrite });

  const admin = createAdminServer({ name, version, logger, signal });
  admin.readiness.add('redis', redisCheck(redis, region.redisAddress));
  admin.readiness.add('memcached', poolCheck(pool, region.pool.nodes));
  await admin.http.register(memcacheHttp, { backend });
  const memcached = createMemcacheServer({ backend });
  addMetrics(admin.metrics, { pool, journal, memcached });
  const failures = logFailures(logger, admin.metrics);

  const addresses = {
    http: await admin.listen(region.proxy.http),
    memcached: region.proxy.memcached.text,
  };
  await memcached.listen(region.proxy.memcached);
  return {
    addresses,
    async [Symbol.asyncDispose]() {
      await Promise.all([admin.close(), memcached.close()]);
      await Promise.all([journal.close(), invalidations.close()]);
      await pool.close();
      redis.disconnect();
      failures.stop();
    },
  };
}
