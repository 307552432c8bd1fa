import { createRedisLog } from '@lockstep/invalidation';
import { createLocks } from '@lockstep/lock';
import { createRedisStore, createRedisSwitches } from '@lockstep/refresh';
import { createBullQueue } from '@lockstep/refresh/bullmq';
import { createJournal } from '@lockstep/replication';
import {
  type AppContext,
  classOf,
  connectRedis,
  createAdminServer,
  isVersioned,
  listenOnFree,
  logPoolEvent,
  policyOf,
  PoolSet,
  redisCheck,
  type RunningApp,
} from '@lockstep/service-kit';

import { boardPath } from './admin/board-path.ts';
import { mountStatus } from './admin/mount-status.ts';
import { Engines } from './engine/engines.ts';
import type { SourceMeter } from './engine/source-meter.ts';
import { addMetrics } from './metrics.ts';
import { readRefreshStatus } from './operate/refresh-status.ts';
import { queueOptionsOf } from './queue-options.ts';
import { QueueWatch } from './queue-watch.ts';
import { refreshOf } from './refresh-of.ts';
import { restartNeeded } from './restart-needed.ts';
import { createTroubleLog } from './trouble-log.ts';

/** Makes and starts everything a refresher consists of: queue, worker, schedules, probes, metrics, board. */
export async function startRefresher(context: AppContext): Promise<RunningApp> {
  const { name, version, topology, region, regionName, environment, logger, signal } = context;
  let refresh = refreshOf(topology, region);
  const client = connectRedis({ url: region.redis, password: environment.redisPassword(regionName), name, logger });
  const pools = new PoolSet(region, { onEvent: (pool, event) => logPoolEvent(logger, pool, event) });
  const onTrouble = createTroubleLog(logger);
  const locks = createLocks({
    client,
    onError: (error) => onTrouble(error, 'a lease'),
  });
  const classes = { find: classOf(topology), isVersioned: isVersioned(topology) };
  const journal = createJournal({
    ...region.journal,
    client,
    region: regionName,
    classOf: (key) => classes.find(key)?.prefix ?? '',
    // What is loaded has no version: what another region wrote before it must not be taken for the newer one.
    versions: { ...region.versions, isFor: (key) => classes.isVersioned(key) },
  });
  const log = createRedisLog({ client, namespace: regionName });
  const queue = createBullQueue({ redis: client, ...queueOptionsOf(refresh) });
  const switches = createRedisSwitches({ redis: client });
  const store = createRedisStore({ redis: client });
  const meters = new Map<string, SourceMeter>();
  const engines = new Engines({
    regionName,
    environment,
    store,
    queue,
    locks,
    switches,
    log,
    journal,
    meters,
    onTurn: (source, reason) =>
      reason === undefined
        ? logger.info({ source }, 'the source can be read again')
        : logger.warn({ source, reason }, 'the source cannot be read'),
    onError: onTrouble,
  });
  const { templates } = region.proxy;
  const start = await engines.prepare({
    file: topology.file,
    refresh,
    templates,
    policyOf: policyOf(topology),
    poolOf: (pool) => pools.get(pool),
  });

  const admin = createAdminServer({ name, version, logger, signal });
  admin.readiness.add('redis', redisCheck(client, region.redisAddress));
  const watch = new QueueWatch(queue);
  const singleSources = (): string[] =>
    [...refresh.sources].flatMap(([source, { single }]) => (single === true ? [source] : []));
  addMetrics(admin.metrics, { meters, engines, watch, singleSources });
  mountStatus(admin.http, () => readRefreshStatus({ refresh, queue, switches, locks }));
  const token = environment.adminToken();
  if (token === undefined) logger.info(`LOCKSTEP_ADMIN_TOKEN is not set: there is no ${boardPath}`);
  else {
    // What it is made of takes longer to load than all the rest.
    const { mountBoard } = await import('./admin/mount-board.ts');
    await mountBoard(admin.http, queue, token);
  }
  const addresses = { http: await listenOnFree(admin, refresh.http) };
  // No task is taken before the process can be asked how it is.
  await start();
  return {
    addresses,
    async reload(nextTopology, next) {
      const nextRefresh = refreshOf(nextTopology, next);
      await pools.reload(next, async (get) => {
        const take = await engines.prepare({
          file: nextTopology.file,
          refresh: nextRefresh,
          templates: next.proxy.templates,
          policyOf: policyOf(nextTopology),
          poolOf: get,
        });
        refresh = nextRefresh;
        classes.find = classOf(nextTopology);
        classes.isVersioned = isVersioned(nextTopology);
        await take();
      });
      const waiting = restartNeeded(region, next);
      if (waiting.length > 0) logger.warn({ settings: waiting }, 'these settings take effect after a restart');
    },
    async [Symbol.asyncDispose]() {
      // Tasks in hand end while the probes still answer.
      await engines.close();
      await Promise.all([admin.close(), watch.close()]);
      await queue.close();
      await Promise.all([store.close(), journal.close(), log.close(), locks.close({ drainMs: 0 })]);
      await pools[Symbol.asyncDispose]();
      client.disconnect();
    },
  };
}
