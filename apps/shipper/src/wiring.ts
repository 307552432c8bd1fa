import { describeError } from '@lockstep/core';
import { createHttpTransport, createShipper } from '@lockstep/replication';
import {
  type AppContext,
  connectRedis,
  createAdminServer,
  linksFrom,
  readTlsFiles,
  redisCheck,
  type RunningApp,
  type Topology,
} from '@lockstep/service-kit';

import { openIngest } from './ingest.ts';
import { logLinks } from './log-links.ts';
import { addMetrics } from './metrics.ts';
import { mountStatus } from './status-route.ts';

/** Makes and starts everything a shipper consists of: a link to every other region, probes and metrics. */
export async function startShipper(context: AppContext): Promise<RunningApp> {
  const { name, version, topology, region, environment, logger, signal } = context;
  const { linkToken } = environment;
  const linkKeys = environment.linkKeys();
  const redis = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
  const { maxBytesPerSecond, maxWindow, compression, retainBytes = 32 * 1024 * 1024 } = region.shipper;
  const tls =
    region.shipper.tls === undefined
      ? undefined
      : await readTlsFiles(`regions.${region.name}.shipper.tls`, region.shipper.tls);
  const links = linksFrom(topology, region.name).map(({ to, url }) => ({
    to,
    ...(maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond }),
    transport: createHttpTransport({
      url,
      ...(compression === undefined ? {} : { compression }),
      ...(tls === undefined ? {} : { tls }),
      ...(linkToken === undefined ? {} : { token: linkToken }),
      ...(linkKeys?.[0] === undefined ? {} : { key: linkKeys[0] }),
    }),
  }));
  const shipper = createShipper({
    client: redis,
    region: region.name,
    links,
    retainBytes,
    markerIntervalMs: 2000,
    ...(maxWindow === undefined ? {} : { maxWindow }),
  });

  const admin = createAdminServer({ name, version, logger, signal });
  admin.readiness.add('redis', redisCheck(redis, region.redisAddress));
  addMetrics(admin.metrics, region.name, shipper);
  mountStatus(admin.http, shipper);
  const ingest = openIngest(context, { client: redis, http: admin.http });
  await ingest?.journal
    .start()
    .catch((error: unknown) => logger.warn({ reason: describeError(error) }, 'redis is away'));
  const logging = logLinks(shipper, logger);

  const addresses = { http: await admin.listen(region.shipper.http) };
  shipper.start();
  return {
    addresses,
    // What links there are and how they are tuned takes a restart.
    ...(ingest === undefined ? {} : { reload: async (next: Topology) => ingest.replace(next) }),
    async [Symbol.asyncDispose]() {
      logging.stop();
      await Promise.all([admin.close(), shipper.close()]);
      await ingest?.journal.close();
      await Promise.all(links.map(({ transport }) => transport.close()));
      redis.disconnect();
    },
  };
}
