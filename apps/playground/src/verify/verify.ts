import { sleep } from '@lockstep/core';
import { createRing, type Ring } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';

import { host } from '../world/layout.ts';
import type { Region, World } from '../world/world.ts';
import type { CacheClient } from './client.ts';
import { type Difference, judge } from './compare.ts';
import { createHttpClient } from './http-client.ts';
import { planKills } from './kills.ts';
import { keysOfAll, ownKeysOf } from './keys.ts';
import { LagProbe } from './lag-probe.ts';
import { digestOf, Ledger } from './ledger.ts';
import { createMemcachedClient } from './memcached-client.ts';
import { createRandom } from './random.ts';
import { type Emptied, runKills } from './run-kills.ts';
import { work, type WorkCount } from './worker.ts';

const workersPerRegion = 8;
const settleTimeoutMs = 60_000;
/** Above the longest short TTL of the load, with a second for memcached's own clock. */
const expiryMs = 4500;

/** What `--verify` found. */
export interface VerifyReport {
  readonly count: Readonly<WorkCount>;
  readonly kills: { readonly shipper: number; readonly receiver: number; readonly memcached: number };
  readonly longestLagMs: number;
  readonly keys: number;
  /** Keys that a region lost because its memcached was killed: misses, so still coherent. */
  readonly emptied: number;
  readonly differences: readonly Difference[];
}

/** How long and how to drive the regions. */
export interface VerifyOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly report: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Drives load against every proxy, kills processes meanwhile, waits until all is quiet and compares every key. */
export async function verify(world: World, options: VerifyOptions): Promise<VerifyReport> {
  const { seconds, seed, report, signal } = options;
  const random = createRandom(seed);
  const names = world.regions.map(({ layout }) => layout.name);
  const kills = planKills(random.fork(), seconds, names, world.regions[0]?.memcached.length ?? 0);
  const ledger = new Ledger();
  const count: WorkCount = { sets: 0, deletes: 0, gets: 0, failed: 0, wrongReads: 0 };
  await using sides = new Sides(world.regions);

  const load = new AbortController();
  const ending = AbortSignal.any([signal, load.signal]);
  const probes = new AbortController();
  const probing = sides.probes.map((probe) => probe.run(AbortSignal.any([signal, probes.signal])));
  const working = sides.all.flatMap((side) =>
    side.clients.map((client, worker) =>
      work(
        {
          client,
          region: side.name,
          keys: [...ownKeysOf(side.name, worker), ...keysOfAll()],
          ledger,
          count,
          random: random.fork(),
        },
        ending,
      ),
    ),
  );
  let emptied: Emptied[];
  try {
    [emptied] = await Promise.all([runKills(world, kills, report, signal), sleep(seconds * 1000, { signal })]);
    load.abort();
    await Promise.all(working);
    report('load has ended; waiting until every region has everything');
    await Promise.all(sides.probes.map((probe) => probe.settle(settleTimeoutMs)));
  } finally {
    load.abort();
    probes.abort();
    await Promise.all([...working, ...probing]);
  }
  await sleep(expiryMs, { signal });
  const compared = await compareAll(ledger, sides, emptied);
  return {
    count,
    kills: {
      shipper: kills.filter(({ target }) => target === 'shipper').length,
      receiver: kills.filter(({ target }) => target === 'receiver').length,
      memcached: emptied.length,
    },
    longestLagMs: Math.max(...sides.probes.map(({ longestMs }) => longestMs)),
    ...compared,
  };
}

async function compareAll(
  ledger: Ledger,
  sides: Sides,
  emptied: readonly Emptied[],
): Promise<Pick<VerifyReport, 'keys' | 'emptied' | 'differences'>> {
  const records = ledger.records();
  const keys = records.map(({ key }) => key);
  const held = await Promise.all(
    sides.all.map(async ({ name, ring }) => {
      // A pool that rejects when a node does not answer: a node that is down must not pass for a miss.
      await using pool = createPool({ ring });
      return { name, items: await pool.getMany(keys, { timeoutMs: 20_000 }) };
    }),
  );
  const nowMs = Date.now();
  const differences: Difference[] = [];
  let misses = 0;
  for (const [index, record] of records.entries()) {
    const found = new Map(
      held.map(({ name, items }) => {
        const item = items[index];
        return [name, item === undefined ? undefined : digestOf(item.value)] as const;
      }),
    );
    const verdict = judge(record, found, nowMs, (region, startedAt) => {
      const node = sides.ringOf(region).pick(record.key);
      return emptied.some((lost) => lost.region === region && lost.node === node && startedAt < lost.until);
    });
    if (verdict.difference !== undefined) differences.push(verdict.difference);
    if (verdict.emptied) misses += 1;
  }
  return { keys: records.length, emptied: misses, differences };
}

interface Side {
  readonly name: string;
  readonly clients: readonly CacheClient[];
  /** Reads the memcached nodes themselves, past the proxy. */
  readonly pool: MemcachePool;
  readonly ring: Ring;
}

/** The clients of every region, and a probe for every link between them. */
class Sides implements AsyncDisposable {
  readonly all: readonly Side[];
  readonly probes: readonly LagProbe[];
  readonly #writers: CacheClient[] = [];

  constructor(regions: readonly Region[]) {
    this.all = regions.map(({ layout }) => {
      const ring = createRing(layout.memcached.map((port) => ({ host, port })));
      return {
        name: layout.name,
        ring,
        // One node that is down must not hide what the others hold.
        pool: createPool({ ring, onNodeError: 'miss' }),
        clients: Array.from({ length: workersPerRegion }, (_, worker) =>
          worker % 2 === 0 ? createHttpClient(layout.proxyHttp) : createMemcachedClient(layout.proxyMemcached),
        ),
      };
    });
    this.probes = regions.flatMap(({ layout: from }) =>
      this.all
        .filter(({ name }) => name !== from.name)
        .map((to) => {
          const writer = createHttpClient(from.proxyHttp);
          this.#writers.push(writer);
          return new LagProbe({ from: from.name, to: to.name, writer, reader: to.pool });
        }),
    );
  }

  ringOf(region: string): Ring {
    const side = this.all.find(({ name }) => name === region);
    if (side === undefined) throw new Error(`no region ${region}`);
    return side.ring;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      ...this.all.flatMap(({ clients, pool }) => [...clients.map((client) => client.close()), pool.close()]),
      ...this.#writers.map((writer) => writer.close()),
    ]);
  }
}
