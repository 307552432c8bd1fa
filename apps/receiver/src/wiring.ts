import { createRedisLog } from '@lockstep/invalidation';
import { createReceiver, createReceiverHandler } from '@lockstep/replication';
import {
  type AppContext,
  connectRedis,
  createAdminServer,
  logPoolEvent,
  mainPoolName,
  poolCheck,
  PoolSet,
  redisCheck,
  type RunningApp,
} from '@lockstep/service-kit';

import { logSeldom } from './log-seldom.ts';
import { addMetrics } from './metrics.ts';
import { createRoutedApplier } from './routed-applier.ts';
import { mountReceiver } from './routes/batches.ts';

/** Makes and starts everything a receiver consists of: the pool it writes to, its cursors, its HTTP face. */
export async function startReceiver(context: AppContext): Promise<RunningApp> {
  const { name, version, topology, region, environment, logger, signal } = context;
  const { linkToken } = environment;
  const linkKeys = environment.linkKeys();
  const redis = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
  const pools = new PoolSet(region, { onEvent: (pool, event) => logPoolEvent(logger, pool, event) });
  const applier = createRoutedApplier({ topology, get: (pool) => pools.get(pool) });
  const invalidations = createRedisLog({ client: redis, namespace: region.name });
  const receiver = createReceiver({
    client: redis,
    region: region.name,
    applier,
    async onApplied(operations) {
      await invalidations.publish(operations.map(({ key }) => key));
    },
  });
  if (linkToken === undefined && linkKeys === undefined) {
    logger.warn(
      'neither LOCKSTEP_LINK_KEYS nor LOCKSTEP_LINK_TOKEN is set: whoever reaches this receiver can write to the pool',
    );
  }

  // A line at most so often, whoever knocks.
  const warnRefused = logSeldom(logger, { everyMs: 10_000 });

  const admin = createAdminServer({ name, version, logger, signal });
  admin.readiness.add('redis', redisCheck(redis, region.redisAddress));
  admin.readiness.add('memcached', () => {
    const main = pools.entries().find((pool) => pool.name === mainPoolName)!;
    return poolCheck(main.pool, main.settings.nodes)();
  });
  mountReceiver(
    admin.http,
    createReceiverHandler({
      receiver,
      onRefused: (reason) => warnRefused(`a request was turned away: ${reason}`),
      ...(linkToken === undefined ? {} : { token: linkToken }),
      ...(linkKeys === undefined ? {} : { keys: linkKeys }),
    }),
    logger,
  );
  addMetrics(admin.metrics, { pools, receiver });

  const addresses = { http: await admin.listen(region.receiver.http) };
  return {
    addresses,
    async reload(nextTopology, next) {
      await pools.reload(next, (get) => applier.replace({ topology: nextTopology, get }));
    },
    async [Symbol.asyncDispose]() {
      await admin.close();
      await receiver.close();
      await invalidations.close();
      await pools[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}
