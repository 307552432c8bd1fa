import type { MemcachePool } from '@lockstep/memcache';
import { openWriteWatch } from '@lockstep/replication';
import { connectRedis, createLogger, mainPoolName, PoolSet } from '@lockstep/service-kit';
import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';

import { type SourcePool, type TargetPool, type WarmCounts, warmPool } from '../src/warm/warm-pool.ts';

/** How pools are warmed, besides what a test does meanwhile. */
export interface WarmOptions {
  /** @default 50 */
  readonly holdMs?: number;
  /** @default 100000 */
  readonly keysPerSecond?: number;
  /** Called when a value was added, before the next step. */
  readonly between?: (key: string) => Promise<void>;
  /** Called with the keys that are read in one go, before they are. */
  readonly onRead?: (keys: number) => void;
}

/** A warm pool in east and a cold one in west, of one memcached each. All regions share a Redis: only the names of their keys matter. */
export interface WarmWorld extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly client: ReturnType<typeof connectRedis>;
  readonly eastServer: MemcachedServer;
  readonly westServer: MemcachedServer;
  readonly east: MemcachePool;
  readonly west: MemcachePool;
  /** Warms west from east, but for keys that begin with `local:`. */
  readonly warm: (options?: WarmOptions) => Promise<WarmCounts>;
}

/** Starts the servers. */
export async function startWarmWorld(): Promise<WarmWorld> {
  const [redis, [eastServer, eastPools], [westServer, westPools]] = await Promise.all([
    startRedis(),
    startPool(),
    startPool(),
  ]);
  const logger = createLogger({ name: 'test', level: 'silent' });
  const client = connectRedis({ url: redis.url, name: 'test', logger });
  const [east, west] = [eastPools.get(mainPoolName), westPools.get(mainPoolName)];
  return {
    redis,
    client,
    eastServer,
    westServer,
    east,
    west,
    async warm({ holdMs = 50, keysPerSecond = 100_000, between, onRead } = {}) {
      const notAppliedIn = { client, region: 'east' };
      const watches = [
        await openWriteWatch({ client, region: 'east' }),
        await openWriteWatch({ client, region: 'west', notAppliedIn }),
        await openWriteWatch({ client, region: 'north', notAppliedIn }),
      ];
      const source: SourcePool = {
        getMany(keys, ...rest) {
          onRead?.(keys.length);
          return east.getMany(keys, ...rest);
        },
      };
      const target: TargetPool = {
        gets: (...args) => west.gets(...args),
        cas: (...args) => west.cas(...args),
        delete: (...args) => west.delete(...args),
        async add(key, ...rest) {
          const outcome = await west.add(key, ...rest);
          await between?.(String(key));
          return outcome;
        },
      };
      const { host, port } = eastServer;
      const counts: WarmCounts = { walked: 0, added: 0, passed: 0, written: 0 };
      const isMeant = (key: Buffer): boolean => !key.toString().startsWith('local:');
      const options = { nodes: [{ host, port }], source, target, watches, holdMs, keysPerSecond, isMeant };
      try {
        await warmPool({ ...options, signal: AbortSignal.timeout(20_000) }, counts);
      } finally {
        for (const watch of watches) await watch[Symbol.asyncDispose]();
      }
      return counts;
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await Promise.all([eastPools[Symbol.asyncDispose](), westPools[Symbol.asyncDispose]()]);
      await Promise.all([redis.close(), eastServer.close(), westServer.close()]);
    },
  };
}

async function startPool(): Promise<[MemcachedServer, PoolSet]> {
  const server = await startMemcached();
  const { host, port, address } = server;
  const nodes = [{ name: 'a', address, host, port, weight: 1 }];
  return [server, new PoolSet({ pool: { hash: 'ketama', nodes, keys: 'binary' } })];
}
