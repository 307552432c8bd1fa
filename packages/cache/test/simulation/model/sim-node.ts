import { sleep } from '@lockstep/core';
import { createRedisLog, type InvalidationLog } from '@lockstep/invalidation';

import {
  type Cache,
  createCache,
  memcacheTier,
  noSharedTier,
  redisTier,
  type SharedTier,
  type View,
} from '../../../src/index.ts';
import { metaTarget, type SendMeta } from '../memcached/meta-target.ts';
import { SimMemcachedClient } from '../memcached/sim-memcached-client.ts';
import { SimRedisClient } from '../redis/sim-redis-client.ts';
import { SimHost } from '../relay/sim-host.ts';
import { Link } from '../world/link.ts';
import type { SimProcess } from '../world/sim-process.ts';
import type { Row } from './database.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** One process with a cache in it. */
export interface SimNode {
  readonly name: string;
  /** The machine that it is on. */
  readonly host: SimHost;
  readonly process: SimProcess;
  readonly link: Link;
  /** The network between it and memcached. */
  readonly memcachedLink: Link;
  readonly log: InvalidationLog;
  readonly cache: Cache;
  readonly view: View<string, Row>;
  /** Ends it as SIGKILL does. */
  crash(): void;
  close(): Promise<void>;
}

/** Starts a process of the world. */
export function startNode(world: World, name: string): SimNode {
  const { scenario, scheduler, sabotage, trace } = world;
  const random = world.random.fork();
  const isRelayed = scenario.hasRelay && !world.relay.host.isAsleep && random.chance(0.6);
  const ownHost = { scheduler, random: random.fork(), clockRate: random.between(0.99, 1.01) };
  const host = isRelayed ? world.relay.host : new SimHost(ownHost);
  const process = host.process(name, random);
  const link = new Link(scheduler, random.fork(), scenario.networkMs);
  const { retryMs, resends } = scenario;
  const client = new SimRedisClient({ process, server: world.server, link, retryMs, resends });
  const memcachedLink = new Link(scheduler, random.fork(), scenario.networkMs);
  const memcached = new SimMemcachedClient({ process, server: world.memcached, link: memcachedLink });
  const { clock, schedule } = process;
  const injected = { clock, random: random.next };
  const loading = new Map<string, number>();
  const redisLog = createRedisLog({
    client,
    namespace: 'sim',
    shards: scenario.shards,
    maxEntries: scenario.logMaxEntries,
    timeoutMs: 500,
    maxLeaseMs: scenario.maxStalenessMs,
    schedule,
    ...injected,
  });
  const isLoading = (key: string): boolean => (loading.get(key) ?? 0) > 0;
  const ownLog = isRelayed ? world.relay.logOf(process, random.fork()) : redisLog;
  const log = sabotage.wrapLog?.(ownLog, { isLoading, clock }) ?? ownLog;
  const tiers: Readonly<Record<Scenario['tier'], () => SharedTier>> = {
    redis: () => redisTier({ schedule, ...(isRelayed ? { log: redisLog } : {}) }),
    memcached: () => {
      const send: SendMeta = (request, call) => memcached.send(request, call);
      return memcacheTier(metaTarget(send, () => (sabotage.hidesGeneration === true ? 0 : memcached.generation)));
    },
    none: noSharedTier,
  };
  const cache = createCache({
    log,
    shared: sabotage.wrapTier?.(tiers[scenario.tier]()) ?? tiers[scenario.tier](),
    maxEntries: scenario.maxEntries,
    maxStalenessMs: scenario.maxStalenessMs,
    sharedTimeoutMs: 300,
    loadLeaseMs: 1000,
    onError: (error) => trace.add(name, `error: ${error.message}`),
    ...injected,
  });

  async function load(key: string, signal: AbortSignal): Promise<Row> {
    const isSlow = scenario.hasSlowLoads && random.chance(0.1);
    const ms = random.between(0, isSlow ? 2.5 * scenario.maxStalenessMs : 20);
    const before = random.pick([0, 0, random.next(), 1]) * ms;
    const key2 = `row:${key}`;
    loading.set(key2, (loading.get(key2) ?? 0) + 1);
    try {
      if (before > 0) await sleep(before, { clock, signal });
      const row = world.database.read(key);
      trace.add(name, `loads ${key} v${row.version}`);
      await sleep(ms - before, { clock, signal });
      if (!world.isOver && random.chance(0.02)) throw new Error('the database has hiccups');
      return row;
    } finally {
      loading.set(key2, (loading.get(key2) ?? 0) - 1);
    }
  }

  const view = cache.define<Row>('row', {
    ttlMs: scenario.ttlMs,
    graceMs: scenario.graceMs,
    hardTimeoutMs: 6000,
    ...(scenario.refreshAhead === undefined ? {} : { refreshAhead: scenario.refreshAhead }),
    ...(scenario.hasTags ? { tags: (row: Row) => [tagOf(row.key)] } : {}),
    load: (key, { signal }) => load(key, signal),
  });

  trace.add(name, isRelayed ? 'starts behind the relay' : 'starts');
  world.startedAt = Infinity;
  const listens = (): void => {
    world.startedAt = scheduler.now;
  };
  cache.ready.then(listens, () => undefined);
  return {
    name,
    host,
    process,
    link,
    memcachedLink,
    log,
    cache,
    view,
    crash() {
      trace.add(name, 'crashes');
      process.crash();
      world.oracle.forget(name);
      // The kernel closes its sockets.
      scheduler.after(random.between(0, 5), () => {
        world.server.reap();
        world.memcached.reap();
        host.reap();
      });
    },
    async close() {
      await cache.close();
      await ownLog.close();
      await redisLog.close();
      client.disconnect();
      memcached.close();
    },
  };
}

/** The tag of a row: each row has one of two. */
export function tagOf(key: string): string {
  return `tag${Number(key.slice(1)) % 2}`;
}
