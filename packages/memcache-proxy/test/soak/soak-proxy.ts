import type { AddressInfo } from 'node:net';

import { createRing } from '@lockstep/hashring';
import { createPool, type Failover } from '@lockstep/memcache';
import type { MemcachedServer } from '@lockstep/testing';
import fastify, { type FastifyInstance } from 'fastify';

import {
  type Backend,
  type BackendPools,
  createBackend,
  createMemcacheServer,
  createPoolDeletes,
  type DeleteSpool,
  httpServerOptions,
  memcacheHttp,
  memcacheNodes,
  type MemcacheServer,
  memcacheTemplates,
  type Spool,
} from '../../src/index.ts';
import type { SpoolLab } from '../spool/spool-lab.ts';
import { countDirect, type ShortWays } from './count-direct.ts';
import type { HookLog } from './hook-log.ts';
import { replaceCalls } from './planted-faults.ts';

/** Both faces of a proxy, on nodes that outlive it. */
export interface SoakProxy {
  readonly textPort: number;
  readonly httpPort: number;
  readonly memcached: MemcacheServer;
  readonly http: FastifyInstance;
  readonly spool: Spool | undefined;
  /** Over its whole life. */
  readonly ways: Readonly<ShortWays>;
  /** Resolves when no call of the backend is under way. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** How a proxy is started. */
export interface SoakProxyOptions {
  readonly hook: HookLog;
  /** What becomes of the keys of a node of the main pool that is away. @default 'sequence' */
  readonly failover?: Failover;
  /** Puts something in front of the backend, such as a fault. */
  readonly plant?: (backend: Backend) => Backend;
  /** Redis and a directory for a spool. @default no spool */
  readonly spoolLab?: SpoolLab;
  /** Puts something in front of the spool, such as a fault. */
  readonly plantSpool?: (spool: DeleteSpool) => DeleteSpool;
}

const TIMEOUT_MS = 300;

/** Starts pools with failover on the nodes (the last is the second pool), a backend with classes and both faces. */
export async function startSoakProxy(nodes: readonly MemcachedServer[], options: SoakProxyOptions): Promise<SoakProxy> {
  const { hook, failover = 'sequence', plant = (backend) => backend, plantSpool = (spool) => spool } = options;
  const rings = [nodes.slice(0, 3), nodes.slice(3)].map((group) =>
    createRing(group.map(({ host, port }) => ({ host, port }))),
  );
  const times = { timeoutMs: TIMEOUT_MS, connectTimeoutMs: TIMEOUT_MS };
  const main = createPool({ ring: rings[0]!, failover, ...times });
  const second = createPool({ ring: rings[1]!, ...times });
  const pools = poolsOf(main, second);
  const named = new Map([
    ['main', main],
    ['second', second],
  ]);
  const spool = options.spoolLab?.open({ target: createPoolDeletes((name) => named.get(name)) });
  spool?.start();
  const backend = createBackend({
    ...pools,
    ...(hook.isUsed ? { onWrite: hook.onWrite } : {}),
    ...(spool === undefined ? {} : { spool: plantSpool(spool) }),
    hookTimeoutMs: 500,
  });
  const planted = plant(backend);
  const ways: ShortWays = { directReads: 0, directStores: 0, laneAnswers: 0 };
  const served = replaceCalls(planted, () => ({ direct: countDirect(planted.direct, ways) }));
  const memcached = createMemcacheServer({ backend: served });
  const address = await memcached.listen({ port: 0 });
  const http = await startHttp(served, ways);
  return {
    textPort: 'port' in address ? address.port : 0,
    httpPort: (http.server.address() as AddressInfo).port,
    memcached,
    http,
    spool,
    ways,
    idle: () => backend.reload(pools),
    async close() {
      await http.close();
      await memcached.close();
      await backend.idle();
      await spool?.close();
      await Promise.all([main.close(), second.close()]);
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
