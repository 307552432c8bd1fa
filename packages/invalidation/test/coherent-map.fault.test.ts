import { sleep } from '@lockstep/core';
import { type FaultProxy, startFaultProxy } from '@lockstep/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { type CoherentMap, createCoherentMap, createRedisLog } from '../src/index.ts';
import { setupRedis, stateOf, streamOf } from './redis-setup.ts';

const redis = setupRedis();
const MAX_STALENESS_MS = 250;

interface Replica {
  readonly map: CoherentMap<number>;
  readonly proxy: FaultProxy;
}

/** A database, what publishes its changes, and processes that hold copies behind faulty networks. */
async function start(replicaCount: number) {
  const namespace = redis.namespace();
  const log = createRedisLog({ client: redis.connect(), namespace });
  onTestFinished(() => log.close());
  const database = new Map<string, number>();
  /** When the log had taken the change to each version of a key. */
  const takenAt = new Map<string, number>();
  const replicas: Replica[] = [];
  for (let i = 0; i < replicaCount; i++) {
    const proxy = await startFaultProxy({ to: redis.server });
    const distant = createRedisLog({ client: redis.connect(proxy.port), namespace, timeoutMs: 150 });
    const map = createCoherentMap<number>({ log: distant, maxStalenessMs: MAX_STALENESS_MS, onError: () => undefined });
    onTestFinished(async () => {
      await map.close();
      await distant.close();
      await proxy.close();
    });
    await map.ready;
    replicas.push({ map, proxy });
  }
  async function write(key: string): Promise<void> {
    const version = (database.get(key) ?? 0) + 1;
    database.set(key, version);
    await expect.poll(() => log.publish([key]).then(Boolean, () => false)).toBe(true);
    takenAt.set(`${key}@${version}`, performance.now());
  }
  const read = async (key: string): Promise<number> => database.get(key) ?? 0;
  /** What a map serves now that it should have forgotten: its successor was published too long ago. */
  function tooStale({ map }: Replica, key: string): string[] {
    const now = performance.now();
    const served = map.get(key);
    if (served === undefined) return [];
    const replacedAt = takenAt.get(`${key}@${served + 1}`) ?? Infinity;
    return replacedAt < now - MAX_STALENESS_MS ? [`${key}@${served}, replaced ${now - replacedAt} ms ago`] : [];
  }
  return { namespace, replicas, database, write, read, tooStale };
}

describe('a coherent map', () => {
  it('stops serving behind a half-open network, and serves nothing stale when it has healed', async () => {
    const { replicas, write, read } = await start(1);
    const { map, proxy } = replicas[0]!;
    await map.getOrLoad('token', read);
    await expect.poll(() => map.get('token')).toBe(0);
    proxy.halfOpen();
    await write('token');
    await expect.poll(() => map.get('token')).toBeUndefined();
    expect(map.size).toBe(1);
    const served: unknown[] = [];
    await proxy.heal();
    await expect
      .poll(
        () => {
          served.push(map.get('token'));
          return map.size;
        },
        { interval: 5 },
      )
      .toBe(0);
    expect(served.filter((value) => value !== undefined)).toEqual([]);
    expect(await map.getOrLoad('token', read)).toBe(1);
    await expect.poll(() => map.get('token')).toBe(1);
  });

  it('serves nothing old for the 15 seconds of a partition that nobody notices', async () => {
    const { replicas, write, read, tooStale } = await start(2);
    const keys = Array.from({ length: 20 }, (_, i) => `key:${i}`);
    for (const { map } of replicas) for (const key of keys) await map.getOrLoad(key, read);
    const [cutOff, connected] = [replicas[0]!, replicas[1]!];
    cutOff.proxy.halfOpen();
    for (const key of keys) await write(key);
    const violations: string[] = [];
    const until = performance.now() + 15_000;
    while (performance.now() < until) {
      for (const key of keys) {
        violations.push(...tooStale(cutOff, key), ...tooStale(connected, key));
        // What it loads by itself meanwhile, it returns and does not trust.
        await cutOff.map.getOrLoad(key, read);
      }
      await sleep(20);
    }
    expect(violations).toEqual([]);
    await cutOff.proxy.heal();
    for (const key of keys) {
      await expect.poll(async () => (await cutOff.map.getOrLoad(key, read)) && cutOff.map.get(key)).toBe(1);
    }
  }, 40_000);

  it('forgets everything when Redis restarts empty, and is coherent afterwards', async () => {
    const { replicas, database, write, read } = await start(2);
    await Promise.all(['a', 'b', 'c'].map((key) => write(key)));
    for (const { map } of replicas) for (const key of database.keys()) await map.getOrLoad(key, read);
    await redis.server.kill();
    await redis.server.restart({ keepData: false });
    await Promise.all(['a', 'b'].map((key) => write(key)));
    for (const { map } of replicas) {
      await expect.poll(() => map.get('a') ?? map.get('b') ?? map.get('c') ?? map.size).toBe(0);
      await expect.poll(async () => (await map.getOrLoad('a', read)) === 2 && map.get('a')).toBe(2);
    }
  });

  it('never serves a value for longer than its bound while the network and Redis fail in every way', async () => {
    const { namespace, replicas, database, write, read, tooStale } = await start(3);
    const keys = Array.from({ length: 20 }, (_, i) => `key:${i}`);
    const admin = redis.connect();
    const faults: ((proxy: FaultProxy) => unknown)[] = [
      () => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
      () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
      () => admin.flushall(),
      () => admin.del(stateOf(namespace)),
      () => admin.del(streamOf(namespace)),
      (proxy) => proxy.cut(),
      (proxy) => proxy.halfOpen(),
      (proxy) => proxy.delay({ upMs: 30, downMs: 30 }),
      (proxy) => proxy.halfOpen(),
      (proxy) => proxy.heal(),
      (proxy) => proxy.reset(),
      (proxy) => proxy.refuse(),
      (proxy) => proxy.accept(),
    ];
    const violations: string[] = [];
    let served = 0;
    for (const [i, fault] of faults.entries()) {
      await fault(replicas[i % replicas.length]!.proxy);
      // Each fault lasts longer than the bound, so that a map that ignores it is caught.
      const until = performance.now() + 2.5 * MAX_STALENESS_MS;
      for (let round = 0; performance.now() < until; round++) {
        await write(keys[round % keys.length]!);
        for (const replica of replicas) {
          for (const key of keys) violations.push(...tooStale(replica, key));
          const [hot, cold] = [keys[(round * 7) % keys.length]!, keys[(round * 3) % keys.length]!];
          served += Number(replica.map.get(hot) !== undefined);
          await Promise.all([replica.map.getOrLoad(hot, read), replica.map.getOrLoad(cold, read)]);
        }
        await sleep(2);
      }
    }
    expect(violations).toEqual([]);
    expect(served).toBeGreaterThan(0);
    for (const { proxy } of replicas) await proxy.heal();
    for (const { map } of replicas) {
      for (const key of keys) {
        await expect.poll(async () => (await map.getOrLoad(key, read)) && map.get(key)).toBe(database.get(key));
      }
    }
  });
});
