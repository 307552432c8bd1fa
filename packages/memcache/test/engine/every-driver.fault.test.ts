import { type FaultProxy, type MemcachedServer, startFaultProxy, startMemcached } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { createMetaDriver } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { type Rig, rigNames, startRig } from '../soak/rig.ts';
import { Workload, workloadKeys } from '../soak/workload.ts';

const timeoutMs = 300;
const enough = 200;

interface Scene {
  readonly server: MemcachedServer;
  readonly proxy: FaultProxy;
  readonly workload: Workload;
}

const hitsGrow = async ({ history }: Workload): Promise<void> => {
  const { hits } = history;
  await expect.poll(() => history.hits).toBeGreaterThan(hits + enough);
};

const failuresGrow = async ({ history }: Workload): Promise<void> => {
  const failures = (): number => [...history.codes.values()].reduce((sum, count) => sum + count, 0);
  const before = failures();
  await expect.poll(failures, { interval: 1 }).toBeGreaterThan(before);
};

async function fiveTimes(workload: Workload, fault: () => void): Promise<void> {
  for (let round = 0; round < 5; round++) {
    fault();
    await hitsGrow(workload);
  }
}

/** What is done to server and network while calls are made; each ends with both as good as new. */
const faults: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'closed connections (FIN)': ({ proxy, workload }) => fiveTimes(workload, () => proxy.cut()),
  'reset connections (RST)': ({ proxy, workload }) => fiveTimes(workload, () => proxy.reset()),
  'half a reply and then silence': async ({ proxy, workload }) => {
    proxy.dropBytes({ direction: 'down', offset: 5000, count: Number.MAX_SAFE_INTEGER - 5000 });
    await failuresGrow(workload);
    // The bytes that were dropped must not be followed by others on the same connection.
    proxy.cut();
    await proxy.heal();
  },
  'half a request and then silence': async ({ proxy, workload }) => {
    proxy.dropBytes({ direction: 'up', offset: 5000, count: Number.MAX_SAFE_INTEGER - 5000 });
    await failuresGrow(workload);
    proxy.cut();
    await proxy.heal();
  },
  'a network that carries nothing, and then all of it': async ({ proxy, workload }) => {
    proxy.halfOpen();
    await failuresGrow(workload);
    await proxy.heal();
  },
  'replies that come late': async ({ proxy, workload }) => {
    proxy.delay({ downMs: timeoutMs });
    await failuresGrow(workload);
    await proxy.heal();
  },
  'a server that is frozen': async ({ server, workload }) => {
    await server.freeze();
    await failuresGrow(workload);
    await server.thaw();
  },
  'a server that is killed and comes back empty': async ({ server, workload }) => {
    for (let round = 0; round < 3; round++) {
      await server.kill();
      await failuresGrow(workload);
      await server.restart();
      await hitsGrow(workload);
    }
  },
  'a port that refuses': async ({ proxy, workload }) => {
    await proxy.refuse();
    proxy.cut();
    await failuresGrow(workload);
    await proxy.accept();
  },
};

/** Those in which a call hears nothing. */
const silences = ['silence', 'nothing', 'late', 'frozen'];

/** Reads and writes every key until that works again. */
async function expectRecovery(rig: Rig, workload: Workload): Promise<void> {
  const { history } = workload;
  const reads = (): Promise<string[]> =>
    Promise.all(workloadKeys.map((key) => rig.cache.get(key).then(() => 'answered', codeOf)));
  await expect.poll(async () => [...new Set(await reads())], { timeout: 10_000 }).toEqual(['answered']);
  const { stored } = history;
  await hitsGrow(workload);
  await expect.poll(() => history.stored).toBeGreaterThan(stored + 20);
}

describe.each(rigNames)('the %s tells no lie, settles every call and recovers after', (name) => {
  it.each(Object.keys(faults))('%s', async (fault) => {
    await using server = await startMemcached();
    await using proxy = await startFaultProxy({ to: server });
    await using rig = await startRig(name, proxy, { timeoutMs });
    const workload = new Workload(rig.cache, { seed: 11 });
    await hitsGrow(workload);
    await faults[fault]!({ server, proxy, workload });
    await expectRecovery(rig, workload);
    const { lies, strangers, codes, failedKeys } = await workload.stop();
    expect({ lies, strangers, unsettled: workload.unsettled }).toEqual({ lies: [], strangers: [], unsettled: 0 });
    // Reads are repeated after a lost connection; writes are not.
    expect(codes.size).toBeGreaterThan(0);
    expect(codes.has('ERR_MEMCACHE_TIMEOUT') || !silences.some((word) => fault.includes(word))).toBe(true);
    expect([...failedKeys].filter((key) => !rig.isExposed(key))).toEqual([]);
  });

  it('increments whose replies are lost: each counts once', async () => {
    await using server = await startMemcached();
    await using proxy = await startFaultProxy({ to: server });
    await using direct = createMetaDriver({ host: server.host, port: server.port });
    await using rig = await startRig(name, proxy, { timeoutMs: 20_000 });
    const keys = Array.from({ length: 60 }, (_, index) => `once-${index}`).filter((key) => rig.isExposed(key));
    await Promise.all(keys.map((key) => rig.cache.set(key, '0')));
    const counts = async (): Promise<Set<string | undefined>> =>
      new Set((await direct.getMany(keys)).map((item) => item?.value.toString().trim()));
    proxy.delay({ downMs: 60_000 });
    const calls = keys.map((key) => rig.cache.incr(key, 1n).then(() => 'answered', codeOf));
    await expect.poll(counts).toEqual(new Set(['1']));
    proxy.cut();
    await proxy.heal();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ERR_MEMCACHE_CONNECTION_LOST']));
    await expect
      .poll(() => rig.cache.getMany(keys).then(() => 'answered', codeOf), { timeout: 10_000 })
      .toBe('answered');
    expect(await counts()).toEqual(new Set(['1']));
  });

  it('a server that is killed while 10,000 calls are in flight', async () => {
    await using server = await startMemcached();
    await using rig = await startRig(name, server, { timeoutMs: 25_000 });
    const keys = Array.from({ length: 60 }, (_, index) => `flight-${index}`).filter((key) => rig.isExposed(key));
    await Promise.all(keys.map((key) => rig.cache.set(key, key)));
    await server.freeze();
    const calls = Array.from({ length: 10_000 }, (_, index) => {
      const key = keys[index % keys.length]!;
      const call: Promise<unknown> = index % 3 === 0 ? rig.cache.set(key, key) : rig.cache.get(key);
      return call.then(() => 'answered', codeOf);
    });
    await server.kill();
    const outcomes = await Promise.all(calls);
    expect(outcomes).toHaveLength(10_000);
    expect(new Set(outcomes)).toEqual(new Set(['ERR_MEMCACHE_CONNECTION_LOST']));
    await server.restart();
    await expect
      .poll(() => rig.cache.get(keys[0]!).then(() => 'answered', codeOf), { timeout: 10_000 })
      .toBe('answered');
    // It came back empty: nothing that was in flight, and nothing from before.
    expect(new Set(await rig.cache.getMany(keys))).toEqual(new Set([undefined]));
  });
});

it(
  'no driver tells a lie or keeps a caller waiting while its server is frozen for ten seconds',
  { timeout: 60_000 },
  async () => {
    const slowest = await Promise.all(
      rigNames.map(async (name) => {
        await using server = await startMemcached();
        await using rig = await startRig(name, server, { timeoutMs });
        const workload = new Workload(rig.cache, { seed: 12, workers: 4 });
        await hitsGrow(workload);
        await server.freeze();
        const until = performance.now() + 10_000;
        await expect.poll(() => performance.now(), { timeout: 20_000 }).toBeGreaterThan(until);
        await server.thaw();
        await expectRecovery(rig, workload);
        const { lies, strangers } = await workload.stop();
        expect({ lies, strangers, unsettled: workload.unsettled }).toEqual({ lies: [], strangers: [], unsettled: 0 });
        return workload.slowestMs;
      }),
    );
    // Half of the freeze: far from it, and far above what a busy machine adds to the deadline.
    expect(Math.max(...slowest)).toBeLessThan(5000);
  },
);
