import { createRing } from '@lockstep/hashring';
import { createRedisLog } from '@lockstep/invalidation';
import { createPool } from '@lockstep/memcache';
import {
  type FaultProxy,
  type MemcachedServer,
  type RedisServer,
  startFaultProxy,
  startMemcached,
  startRedis,
} from '@lockstep/testing';
import { Redis } from 'ioredis';

import {
  type Cache,
  type CacheOptions,
  createCache,
  memcacheTier,
  noSharedTier,
  redisTier,
  type SharedTier,
} from '../../src/index.ts';

/** One of several caches over one Redis, each with its own connection. */
export interface FleetMember {
  readonly cache: Cache;
  readonly client: Redis;
  /** What stands between it and Redis, where it was asked for. */
  readonly proxy: FaultProxy | undefined;
  readonly pool: { close(): Promise<void> } | undefined;
  readonly errors: Error[];
}

/** Caches in step over a Redis of their own. */
export interface Fleet extends AsyncDisposable {
  readonly server: RedisServer;
  readonly memcached: MemcachedServer | undefined;
  readonly members: readonly FleetMember[];
}

/** What a fleet is made of. */
export interface FleetOptions {
  readonly size: number;
  readonly cache?: Partial<CacheOptions>;
  /** What each command may take. @default none */
  readonly commandTimeoutMs?: number;
  /** Puts a fault proxy before each member. */
  readonly isProxied?: boolean;
  readonly shards?: number;
  /** @default 'redis' */
  readonly tier?: 'redis' | 'memcached' | 'none';
}

/** Starts a Redis and opens caches over it. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { size, isProxied = false, shards = 1, tier = 'redis' } = options;
  const server = await startRedis();
  const memcached = tier === 'memcached' ? await startMemcached() : undefined;
  const members = await Promise.all(
    Array.from({ length: size }, async (): Promise<FleetMember> => {
      const proxy = isProxied ? await startFaultProxy({ to: server }) : undefined;
      const client = new Redis({
        host: '127.0.0.1',
        port: proxy?.port ?? server.port,
        retryStrategy: () => 50,
        ...(options.commandTimeoutMs === undefined ? {} : { commandTimeout: options.commandTimeoutMs }),
      });
      client.on('error', () => undefined);
      const maxLeaseMs = Math.max(2000, options.cache?.maxStalenessMs ?? 0);
      const log = createRedisLog({ client, namespace: 'fleet', shards, maxLeaseMs });
      const errors: Error[] = [];
      const pool =
        memcached === undefined
          ? undefined
          : createPool({ ring: createRing([{ host: '127.0.0.1', port: memcached.port }]), timeoutMs: 5000 });
      let shared: SharedTier = tier === 'redis' ? redisTier() : noSharedTier();
      if (pool !== undefined) shared = memcacheTier(pool);
      const cache = createCache({ log, shared, onError: (error) => void errors.push(error), ...options.cache });
      await cache.ready;
      return { cache, client, proxy, pool, errors };
    }),
  );
  return {
    server,
    memcached,
    members,
    async [Symbol.asyncDispose]() {
      for (const { proxy } of members) await proxy?.heal();
      await Promise.all(members.map(({ cache }) => cache.close()));
      for (const { client } of members) client.disconnect();
      for (const { proxy } of members) await proxy?.close();
      for (const { pool } of members) await pool?.close();
      await server.close();
      await memcached?.close();
    },
  };
}
