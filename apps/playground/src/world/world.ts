import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';

import type { DatabaseKind } from '../coupons/databases/coupon-database.ts';
import { openDatabase } from '../coupons/databases/open-database.ts';
import { CouponStory } from '../coupons/coupon-story.ts';
import { AppProcess, type AppSpec } from './app-process.ts';
import { Keeper } from './keeper.ts';
import type { RegionLayout } from './layout.ts';
import { type PlaygroundSink, startSink } from './sink.ts';
import { renderTopology } from './topology.ts';

/** Everything of one region, running. */
export interface Region {
  readonly layout: RegionLayout;
  readonly redis: RedisServer;
  readonly memcached: readonly MemcachedServer[];
  readonly proxy: AppProcess;
  readonly shipper: AppProcess;
  readonly receiver: AppProcess;
  /** Of each queue one of them is the leader. */
  readonly consumers: readonly AppProcess[];
  /** One of them refreshes the coupons of the region. */
  readonly refreshers: readonly AppProcess[];
}

/** All regions, running as real processes on this machine. */
export interface World extends AsyncDisposable {
  readonly topologyPath: string;
  readonly logDirectory: string;
  readonly regions: readonly Region[];
  readonly sink: PlaygroundSink;
  /** Undefined for the verification. */
  readonly coupons: CouponStory | undefined;
  /** Ends every process and removes every file. Idempotent. */
  stop(): Promise<void>;
}

/** What to start, and whom to tell. */
export interface WorldOptions {
  readonly regions: readonly RegionLayout[];
  /** Memory of each memcached in megabytes. */
  readonly memoryMb: number;
  /** Whether consumers, refreshers and coupons are wanted: the verification has no use for them. */
  readonly withStories: boolean;
  /** Where the coupons live. @default the best that is installed */
  readonly database: DatabaseKind | undefined;
  readonly notify: (what: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Starts Redis, memcached and the apps of every region; resolves when all of them are ready.
 *
 * @throws after stopping what had started, when one of them does not.
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-playground-'));
  const topologyPath = join(directory, 'topology.yaml');
  const logDirectory = join(directory, 'logs');
  await mkdir(logDirectory);
  const started: Started = { apps: [], servers: [], starting: [] };
  let stopped: Promise<void> | undefined;
  const keeper = new Keeper(directory);
  const giveUp = new AbortController();
  const stop = (): Promise<void> => (stopped ??= stopAll(started, keeper, giveUp));
  // Every region of one run shares a secret, as real ones would; nothing outside this run knows it.
  const link = { LOCKSTEP_LINK_TOKEN: randomBytes(24).toString('hex') };
  const signal = AbortSignal.any([options.signal, giveUp.signal]);
  try {
    const sink = await startSink();
    started.servers.push(sink);
    const database = options.withStories
      ? openDatabase(options.database, { directory, notify: options.notify })
      : undefined;
    // The database takes seconds; everything else starts meanwhile.
    const coupons = database === undefined ? undefined : new CouponStory(database, { notify: options.notify, signal });
    if (coupons !== undefined) started.servers.push(coupons);
    const spoolDirectory = join(directory, 'spool');
    const places = { spoolDirectory, sinkUrlOf: sink.urlOf, loadCoupons: database?.load };
    await writeFile(topologyPath, renderTopology(options.regions, places));
    const environment = { ...link, ...database?.environment };
    const regions = await Promise.all(
      options.regions.map((layout) =>
        startRegion(layout, { ...options, signal, directory, topologyPath, logDirectory, environment, started }),
      ),
    );
    if (coupons !== undefined) {
      const refreshers = regions.flatMap((region) => region.refreshers);
      // After the others, and beside what the user does already.
      const refreshing = Promise.all(refreshers.map((app) => app.start(signal)));
      started.starting.push(refreshing);
      await coupons.serve(refreshing);
    }
    return { topologyPath, logDirectory, regions, sink, coupons, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface RegionContext extends WorldOptions {
  readonly directory: string;
  readonly topologyPath: string;
  readonly logDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly started: Started;
}

/** Filled as things start, so that a failure half-way can be undone. */
interface Started {
  readonly apps: AppProcess[];
  readonly servers: Pick<RedisServer, 'close'>[];
  readonly starting: Promise<unknown>[];
}

async function startRegion(layout: RegionLayout, context: RegionContext): Promise<Region> {
  const { started, signal } = context;
  const redisDirectory = join(context.directory, `redis-${layout.name}`);
  await mkdir(redisDirectory);
  const track = <T>(starting: Promise<T>): Promise<T> => {
    started.starting.push(starting);
    return starting;
  };
  const startServer = async <T extends RedisServer | MemcachedServer>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    started.servers.push(server);
    return server;
  };
  const redis = await track(
    startServer(
      startRedis({
        port: layout.redis,
        dir: redisDirectory,
        appendonly: true,
        config: { appendfsync: 'everysec' },
        signal,
      }),
    ),
  );
  const memcached = await Promise.all(
    layout.memcached.map((port) => track(startServer(startMemcached({ port, memoryMb: context.memoryMb, signal })))),
  );
  const createApp = (role: AppSpec['role'], probePort: number, number?: number): AppProcess => {
    const app = new AppProcess({
      role,
      ...(number === undefined ? {} : { number }),
      region: layout.name,
      topologyPath: context.topologyPath,
      logPath: join(context.logDirectory, `${layout.name}-${role}${number ?? ''}.log`),
      probePort,
      environment: context.environment,
      onUnexpectedExit: context.notify,
    });
    started.apps.push(app);
    return app;
  };
  const startApp = async (...args: Parameters<typeof createApp>): Promise<AppProcess> => {
    const app = createApp(...args);
    await track(app.start(signal));
    return app;
  };
  const [proxy, shipper, receiver] = await Promise.all([
    startApp('proxy', layout.proxyHttp),
    startApp('shipper', layout.shipper),
    startApp('receiver', layout.receiver),
  ]);
  // After the others, so that not all of them load their code at once.
  signal.throwIfAborted();
  const portsOf = (ports: readonly number[]): readonly number[] => (context.withStories ? ports : []);
  const consumers = await Promise.all(portsOf(layout.consumers).map((port, at) => startApp('consumer', port, at + 1)));
  const refreshers = portsOf(layout.refreshers).map((port, at) => createApp('refresher', port, at + 1));
  return { layout, redis, memcached, proxy, shipper, receiver, consumers, refreshers };
}

async function stopAll({ apps, servers, starting }: Started, keeper: Keeper, giveUp: AbortController): Promise<void> {
  // What is still starting must have ended one way or the other before it can be stopped.
  giveUp.abort(new Error('everything is being stopped'));
  await Promise.allSettled(starting);
  // Apps first: one that drains still needs the servers it talks to.
  const ends = [
    ...(await Promise.allSettled(apps.map((app) => app.stop()))),
    ...(await Promise.allSettled(servers.map((server) => server.close()))),
  ];
  await keeper.close();
  const reasons = ends.filter((end) => end.status === 'rejected').map((end): unknown => end.reason);
  if (reasons.length > 0) throw new AggregateError(reasons, 'not everything could be stopped');
}
