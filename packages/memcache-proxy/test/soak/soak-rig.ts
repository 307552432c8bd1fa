import type { AddressInfo } from 'node:net';

import { createRing } from '@lockstep/hashring';
import { createPool, type Failover } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import fastify, { type FastifyInstance } from 'fastify';

import {
  type Backend,
  type BackendPools,
  createBackend,
  createMemcacheServer,
  httpServerOptions,
  memcacheHttp,
  memcacheNodes,
  type MemcacheServer,
  memcacheTemplates,
} from '../../src/index.ts';
import type { HookLog } from './hook-log.ts';
import { captureTurns } from './captured-turns.ts';
import { countDirect, type ShortWays } from './count-direct.ts';
import { replaceCalls } from './planted-faults.ts';

/** Both faces of a proxy, and what is behind them. */
export interface SoakRig extends AsyncDisposable {
  /** Three of the main pool, and the one of the second pool. */
  readonly nodes: readonly MemcachedServer[];
  readonly textPort: number;
  readonly httpPort: number;
  readonly memcached: MemcacheServer;
  readonly http: FastifyInstance;
  /** Keys somebody holds the turn of. */
  readonly turns: () => number;
  /** Over the whole life of the rig. */
  readonly ways: Readonly<ShortWays>;
  /** Resolves when no call of the backend is under way. */
  idle(): Promise<void>;
}

/** How a rig is started. */
export interface SoakRigOptions {
  readonly hook: HookLog;
  /** What becomes of the keys of a node of the main pool that is away. @default 'sequence' */
  readonly failover?: Failover;
  /** Puts something in front of the backend, such as a fault. */
  readonly plant?: (backend: Backend) => Backend;
}

const TIMEOUT_MS = 300;

/** The prefixes of keys, each with another way to be served. */
export const soakPrefixes: readonly string[] = [
  'plain:',
  'item:',
  'short:',
  'both:',
  'copied:',
  'async:',
  'first:',
  'fixed:',
];

/** Starts real memcached servers, pools with failover, a backend with classes and both faces. */
export async function startSoakRig(options: SoakRigOptions): Promise<SoakRig> {
  const { hook, failover = 'sequence', plant = (backend) => backend } = options;
  const nodes = await Promise.all(Array.from({ length: 4 }, () => startMemcached({ memoryMb: 256 })));
  const rings = [nodes.slice(0, 3), nodes.slice(3)].map((group) =>
    createRing(group.map(({ host, port }) => ({ host, port }))),
  );
  const times = { timeoutMs: TIMEOUT_MS, connectTimeoutMs: TIMEOUT_MS };
  const main = createPool({ ring: rings[0]!, failover, ...times });
  const second = createPool({ ring: rings[1]!, ...times });
  const pools = poolsOf(main, second);
  const onWrite = hook.isUsed ? { onWrite: hook.onWrite } : {};
  const backend = createBackend({ ...pools, ...onWrite, hookTimeoutMs: 500 });
  const turns = captureTurns();
  const planted = plant(backend);
  const ways: ShortWays = { directReads: 0, directStores: 0, laneAnswers: 0 };
  const served = replaceCalls(planted, () => ({ direct: countDirect(planted.direct, ways) }));
  const memcached = createMemcacheServer({ backend: served });
  const address = await memcached.listen({ port: 0 });
  const http = await startHttp(served, ways);
  return {
    nodes,
    textPort: 'port' in address ? address.port : 0,
    httpPort: (http.server.address() as AddressInfo).port,
    memcached,
    http,
    turns,
    ways,
    idle: () => backend.reload(pools),
    async [Symbol.asyncDispose]() {
      await http.close();
      await memcached.close();
      await Promise.all([main.close(), second.close()]);
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

function poolsOf(main: ReturnType<typeof createPool>, second: ReturnType<typeof createPool>): BackendPools {
  const both = [
    { name: 'main', pool: main },
    { name: 'second', pool: second },
  ];
  return {
    pool: main,
    classes: [
      { prefix: 'short:', minTtlSeconds: 1, maxTtlSeconds: 2 },
      { prefix: 'both:', pools: both, reads: 'miss-failover' },
      { prefix: 'copied:', shadow: second },
      { prefix: 'async:', pools: both, reads: 'fastest', writes: 'async' },
      { prefix: 'first:', pools: both, reads: 'miss-failover', writes: 'first-success' },
      { prefix: 'fixed:', readOnly: true },
    ],
  };
}

async function startHttp(backend: Backend, ways: ShortWays): Promise<FastifyInstance> {
  const app = fastify({ routerOptions: { maxParamLength: 1024 }, ...httpServerOptions() });
  await app.register(memcacheHttp, { backend, fastLane: { onAnswer: () => void ways.laneAnswers++ } });
  await app.register(memcacheNodes, { backend });
  const templates = [{ url: '/t/items/:id', key: 'item:{id}', isWritable: true }];
  await app.register(memcacheTemplates, { backend, templates });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app;
}
