import { createRing } from '@lockstep/hashring';
import { createRedisLog } from '@lockstep/invalidation';
import { createPool } from '@lockstep/memcache';
import { createReceiver, createReceiverHandler } from '@lockstep/replication';
import {
  type AppContext,
  connectRedis,
  createAdminServer,
  poolCheck,
  redisCheck,
  type RunningApp,
} from '@lockstep/service-kit';

import { addMetrics } from './metrics.ts';
import { mountReceiver } from './routes/batches.ts';

/** Makes and starts everything a receiver consists of: the pool it writes to, its cursors, its HTTP face. */
export async function startReceiver(context: AppContext): Promise<RunningApp> {
  const { name, version, region, environment, logger, signal } = context;
  const { linkToken } = environment;
  const redis = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
  const pool = createPool({ ring: createRing(region.pool.nodes) });
  const invalidations = createRedisLog({ client: redis, namespace: region.name });
  const receiver = createReceiver({
    client: redis,
    region: region.name,
    applier: pool,
    async onApplied(operations) {
      await invalidations.publish(operations.map(({ key }) => key));
    },
  });
  if (linkToken === undefined) {
    logger.warn('LOCKSTEP_LINK_TOKEN is not set: whoever reaches this receiver can write to the pool');
  }

  const admin = createAdminServer({ name, version, logger, signal });
  admin.readiness.add('redis', redisCheck(redis, region.redisAddress));
  admin.readiness.add('memcached', poolCheck(pool, region.pool.nodes));
  mountReceiver(
    admin.http,
    createReceiverHandler({ receiver, ...(linkToken === undefined ? {} : { token: linkToken }) }),
    logger,
  );
  addMetrics(admin.metrics, { pool, receiver });

  const addresses = { http: await admin.listen(region.receiver.http) };
  return {
    addresses,
    async [Symbol.asyncDispose]() {
      await admin.close();
      await receiver.close();
      await invalidations.close();
      await pool.close();
      redis.disconnect();
    },
  };
}
