import { describeError } from '@lockstep/core';
import { createRedisLog } from '@lockstep/invalidation';
import { createJournal, createReceiver, createReceiverHandler, writtenKeys } from '@lockstep/replication';
import {
  type AppContext,
  classOf,
  connectRedis,
  createAdminServer,
  isVersioned,
  linksFrom,
  logPoolEvent,
  mainPoolName,
  policyOf,
  poolCheck,
  PoolSet,
  readTlsFiles,
  redisCheck,
  type RunningApp,
} from '@lockstep/service-kit';

import { logSeldom } from './log-seldom.ts';
import { addMetrics } from './metrics.ts';
import { type Clear, createRoutedApplier } from './routed-applier.ts';
import { mountReceiver } from './routes/batches.ts';
import { ClassClearer } from './walk/class-clearer.ts';
import { nodesOfClass } from './walk/nodes-of-class.ts';

/** Makes and starts everything a receiver consists of: the pool it writes to, its cursors, its HTTP face. */
export async function startReceiver(context: AppContext): Promise<RunningApp> {
  const { name, version, topology, region, environment, logger, signal } = context;
  const { linkToken } = environment;
  const linkKeys = environment.linkKeys();
  const redis = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
  const pools = new PoolSet(region, { onEvent: (pool, event) => logPoolEvent(logger, pool, event) });
  let current = {
    topology,
    region,
    policyOf: policyOf(topology),
    isVersioned: isVersioned(topology),
    classOf: classOf(topology),
  };
  const { secondDeleteMs = 1000, tls: files } = region.receiver;
  const tls = files === undefined ? undefined : await readTlsFiles(`regions.${region.name}.receiver.tls`, files);
  const needsCertificate = tls?.ca !== undefined;
  const clearer = new ClassClearer({
    nodesOf: (prefix) => nodesOfClass(current.topology, current.region, prefix),
    // Sessions and the like: nothing of theirs travels, so nothing of theirs can be old.
    isKept: (key) => current.policyOf(key) === 'none',
    onFlushed: () => logger.warn('a memcached cannot walk over its keys, and was emptied to clear a class of them'),
  });
  const clear: Clear = (prefixes, options) => clearer.clear(prefixes, options);
  const applier = createRoutedApplier({ topology, get: (pool) => pools.get(pool) }, clear);
  const invalidations = createRedisLog({ client: redis, namespace: region.name });
  const journal = createJournal({
    ...region.journal,
    client: redis,
    region: region.name,
    classOf: (key) => current.classOf(key)?.prefix ?? '',
    peers: linksFrom(topology, region.name).map(({ to }) => to),
  });
  await journal.start().catch((error: unknown) => logger.warn({ reason: describeError(error) }, 'redis is away'));
  const receiver = createReceiver({
    client: redis,
    region: region.name,
    applier,
    conflicts: { journal, isFor: (key) => current.policyOf(key) === 'replicate' },
    versions: {
      ...region.versions,
      isFor: (key) => current.isVersioned(key),
      isUsed: () => hasVersionedClass(current.topology),
    },
    ...(secondDeleteMs === 0
      ? {}
      : {
          secondDelete: {
            delayMs: secondDeleteMs,
            isFor: (key) => current.policyOf(key) === 'invalidate',
          },
        }),
    async onApplied(operations) {
      await invalidations.publish(operations.map(({ key }) => key));
    },
    async onAppliedPacked(writes) {
      await invalidations.publish(writtenKeys(writes));
    },
    async onCleared(prefixes) {
      logger.warn({ classes: prefixes.length }, 'another region ran out of room: classes of keys were cleared');
      // In-process caches hold keys that memcached has long forgotten: they drop all.
      await invalidations.clear();
    },
  });
  if (linkToken === undefined && linkKeys === undefined && !needsCertificate) {
    logger.warn(
      'neither LOCKSTEP_LINK_KEYS nor LOCKSTEP_LINK_TOKEN is set, nor caFile of receiver.tls: whoever reaches this receiver can write to the pool',
    );
  }

  // A line at most so often, whoever knocks.
  const warnRefused = logSeldom(logger, { everyMs: 10_000 });

  const admin = createAdminServer({ name, version, logger, signal, tls });
  admin.readiness.add('redis', redisCheck(redis, region.redisAddress));
  admin.readiness.add('memcached', () => {
    const main = pools.entries().find((pool) => pool.name === mainPoolName)!;
    return poolCheck(main.pool, main.settings.nodes)();
  });
  mountReceiver(
    admin.http,
    createReceiverHandler({
      receiver,
      needsCertificate,
      onRefused: (reason) => warnRefused(`a request was turned away: ${reason}`),
      ...(linkToken === undefined ? {} : { token: linkToken }),
      ...(linkKeys === undefined ? {} : { keys: linkKeys }),
    }),
    logger,
  );
  addMetrics(admin.metrics, { pools, receiver });

  receiver.start();
  const addresses = { http: await admin.listen(region.receiver.http) };
  return {
    addresses,
    async reload(nextTopology, next) {
      await pools.reload(next, (get) => applier.replace({ topology: nextTopology, get }));
      current = {
        topology: nextTopology,
        region: next,
        policyOf: policyOf(nextTopology),
        isVersioned: isVersioned(nextTopology),
        classOf: classOf(nextTopology),
      };
    },
    async [Symbol.asyncDispose]() {
      await admin.close();
      await receiver.close();
      await journal.close();
      await invalidations.close();
      await pools[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}

function hasVersionedClass({ classes }: AppContext['topology']): boolean {
  return classes.some(({ policy }) => policy === 'replicate-versioned');
}
