import { describeError, withDeadline } from '@lockstep/core';
import { createRedisLog } from '@lockstep/invalidation';
import { createPool } from '@lockstep/memcache';
import {
  createBackend,
  createPoolDeletes,
  createSpool,
  httpServerOptions,
  rewriteCacheUrl,
  sendProblem,
} from '@lockstep/memcache-proxy';
import { createJournal } from '@lockstep/replication';
import {
  type AppContext,
  classOf,
  connectRedis,
  createAdminServer,
  linksFrom,
  logPoolEvent,
  mainPoolName,
  poolCheck,
  PoolSet,
  redisCheck,
  type RunningApp,
} from '@lockstep/service-kit';

import { toBackendPools } from './backend-pools.ts';
import { countHangUps } from './count-hang-ups.ts';
import { mountHttpFace } from './http-face.ts';
import { logFailures } from './log-failures.ts';
import { logSpool } from './log-spool.ts';
import { createMemcachedFace } from './memcached-face.ts';
import { addMetrics } from './metrics.ts';
import { meterRequests } from './request-meter.ts';
import { createNodeNames } from './node-names.ts';
import { publishAcceptErrors } from './publish-accept-errors.ts';
import { createQuietLog } from './quiet-log.ts';
import { RefreshGateways } from './refresh/refresh-gateways.ts';
import { addRefreshMetrics } from './refresh/refresh-metrics.ts';
import { createRefreshReader } from './refresh/refresh-readers.ts';
import { restartNeeded } from './restart-needed.ts';
import { addSpoolMetrics } from './spool-metrics.ts';
import { type ReplaceableParts, takeVersion, toVersionRules } from './take-version.ts';
import { createWriteHook } from './write-hook.ts';

/** What the writes that are left at a shutdown may take, in milliseconds. */
const idleTimeoutMs = 4000;

/** Makes and starts everything a proxy consists of: both faces, the pools behind them, the hook on writes. */
export async function startProxy(context: AppContext): Promise<RunningApp> {
  const { name, version, topology, region, environment, logger, signal, fleet } = context;
  const { limits } = region.proxy;
  const redis = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
  const pools = new PoolSet(region, {
    onEvent: (pool, event) => logPoolEvent(logger, pool, event),
    // Every client's request is a callback of its own: only at the end of the turn there is anything to gather.
    create: (options) => createPool({ ...options, flush: 'turn' }),
  });
  const classes = { find: classOf(topology) };
  const journal = createJournal({
    ...region.journal,
    client: redis,
    region: region.name,
    classOf: (key) => classes.find(key)?.prefix ?? '',
    peers: linksFrom(topology, region.name).map(({ to }) => to),
    // A client's write has no version: what another region writes before it must not be taken for the newer one.
    versions: { ...region.versions, isFor: (key) => policy(key) === 'replicate-versioned' },
  });
  // Nothing has been written yet. Without an answer of Redis the first writes count as concurrent with all of the others'.
  await journal.start().catch((error: unknown) => logger.warn({ reason: describeError(error) }, 'redis is away'));
  const invalidations = createRedisLog({ client: redis, namespace: region.name });
  const quietly = createQuietLog();
  const gateways = new RefreshGateways({
    redis,
    invalidations,
    regionName: region.name,
    onError: (error) =>
      quietly(String((error as { code?: unknown }).code), (since) =>
        logger.warn({ reason: describeError(error), since }, 'a source is in trouble'),
      ),
  });
  await gateways.prepare(region, (pool) => pools.get(pool)).use();
  let rules = toVersionRules(topology, region);
  let { policy } = rules;
  const onWrite = createWriteHook({ journal, invalidations, policyOf: (key) => policy(key) });
  const spool =
    region.proxy.spool === undefined
      ? undefined
      : createSpool({
          client: redis,
          namespace: region.name,
          directory: region.proxy.spool.directory,
          target: createPoolDeletes((pool) => pools.find(pool)),
        });
  if (spool === undefined) logger.warn('proxy.spool is not set: a delete that a node does not confirm is an error');
  const backend = createBackend({
    ...toBackendPools(topology, (pool) => pools.get(pool)),
    onWrite,
    ...(spool === undefined ? {} : { spool }),
  });

  const admin = createAdminServer({
    name,
    version,
    logger,
    signal,
    sendError: sendProblem,
    maxConnections: limits?.maxConnections,
    server: {
      ...httpServerOptions(limits?.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: limits.requestTimeoutMs }),
      rewriteUrl: rewriteCacheUrl,
      // No log line names a request.
      genReqId: () => '',
    },
    ...(fleet === undefined ? {} : { fleet }),
  });
  admin.readiness.add('redis', redisCheck(redis, region.redisAddress));
  admin.readiness.add('memcached', () => {
    const main = pools.entries().find((pool) => pool.name === mainPoolName)!;
    return poolCheck(main.pool, main.settings.nodes)();
  });
  const countRequest = meterRequests(admin.http, admin.metrics);
  const { proxy, name: regionName } = region;
  const { guards, templates } = await mountHttpFace({
    http: admin.http,
    regionName,
    proxy,
    backend,
    redis,
    invalidations,
    nodeNames: createNodeNames(pools),
    readSource: createRefreshReader(gateways),
    countRequest,
  });
  const parts: ReplaceableParts = {
    guards,
    templates,
    policy: { replace: (next) => (policy = next) },
    backend,
  };
  const memcached = createMemcachedFace(backend, proxy);
  addMetrics(admin.metrics, { pools, backend, journal, memcached: [memcached.server], guards });
  if (spool !== undefined) addSpoolMetrics(admin.metrics, spool);
  addRefreshMetrics(admin.metrics, gateways);
  const logs = [logFailures(logger, admin.metrics), logSpool(logger)];
  const hangUps = countHangUps(admin.metrics);

  const http = await admin.listen(proxy.http);
  publishAcceptErrors(admin.http.server);
  const addresses = { http, ...(await memcached.listen()) };
  spool?.start();
  return {
    addresses,
    async reload(nextTopology, next) {
      const nextRules = toVersionRules(nextTopology, next);
      await pools.reload(next, async (get) => {
        const gateway = gateways.prepare(next, get);
        try {
          await takeVersion(parts, rules, nextRules, toBackendPools(nextTopology, get));
        } catch (error) {
          await gateway.discard();
          throw error;
        }
        rules = nextRules;
        classes.find = classOf(nextTopology);
        await gateway.use();
      });
      const waiting = restartNeeded(region, next);
      if (waiting.length > 0) logger.warn({ settings: waiting }, 'these settings take effect after a restart');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([admin.close(), memcached.server.close()]);
      // What clients left under way may still owe deletes and messages.
      await withDeadline(backend.idle(), { ms: idleTimeoutMs, onTimeout: stillWriting }).catch((error: unknown) =>
        logger.warn({ reason: describeError(error) }, 'writes were given up'),
      );
      await gateways[Symbol.asyncDispose]();
      await Promise.all([spool?.close(), journal.close(), invalidations.close()]);
      await pools[Symbol.asyncDispose]();
      redis.disconnect();
      for (const log of [...logs, hangUps]) log.stop();
    },
  };
}

function stillWriting(): Error {
  return new Error(`writes were still under way after ${idleTimeoutMs} ms`);
}
