import { createRing } from '@lockstep/hashring';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createMetaDriver, createMemjsDriver, type MemcachePool, type Mutation } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { type PoolLab, startPoolLab, textOf } from './pool-lab.ts';

let lab: PoolLab;
let pool: MemcachePool;
/** A key that node 0 owns in the ring of three, and whoever is left without it. */
let key: string;

beforeEach(async () => {
  lab = await startPoolLab();
  pool = lab.open({ ring: lab.ring.without(0), timeoutMs: 2000 });
  key = lab.keyOf(0);
});

afterEach(() => lab[Symbol.asyncDispose]());

const former = async (): Promise<string | undefined> => {
  await using driver = createMetaDriver(lab.servers[1 + lab.ring.without(0).pick(key)]!);
  return await textOf(driver.get(key));
};

const owner = async (): Promise<string | undefined> => {
  await using driver = createMetaDriver(lab.servers[0]!);
  return await textOf(driver.get(key));
};

describe('a pool that warms up', () => {
  it('fills a miss of the new owner from the former one, with flags and a bounded time to live', async () => {
    await pool.set(key, 'v', { flags: 9, ttlSeconds: 3600 });
    await pool.reload(lab.ring, { warmUp: { ttlSeconds: 60 } });
    expect(await owner()).toBeUndefined();
    expect(await pool.get(key)).toEqual({ value: Buffer.from('v'), flags: 9 });
    expect(await owner()).toBe('v');
    const { ttlSeconds, flags } = await pool.read(key);
    expect([flags, ttlSeconds > 50 && ttlSeconds <= 60]).toEqual([9, true]);
  });

  it('does so for each key of a getMany, and leaves nothing where both miss', async () => {
    await pool.set(key, 'v');
    await pool.reload(lab.ring, { warmUp: {} });
    const none = lab.keyOf(0, 'none');
    const items = await pool.getMany([none, key, lab.keyOf(1, 'none')]);
    expect(items.map((item) => item?.value.toString())).toEqual([undefined, 'v', undefined]);
    expect(await pool.add(none, 'free')).toBe('stored');
  });

  const buffer = (text: string): Buffer => Buffer.from(text);
  const mutation = (): Mutation => ({ kind: 'delete', key: buffer(key) });
  it.each<[string, () => Promise<unknown>]>([
    ['delete', () => pool.delete(key)],
    ['deleteMany', () => pool.deleteMany([key])],
    ['deleteEverywhere', () => pool.deleteEverywhere(key)],
    ['applyBatch', () => pool.applyBatch([mutation()])],
    ['flushAll', () => pool.flushAll()],
    ['set and delete', () => pool.set(key, 'w').then(() => pool.delete(key))],
    ['a set that has expired', () => pool.set(key, 'w', { ttlSeconds: -1 })],
    ['markStale', () => pool.markStale(key)],
    ['incr', () => pool.incr(key, 1n)],
  ])('does not bring back what was overwritten by %s', async (_, overwrite) => {
    await pool.set(key, 'old');
    await pool.reload(lab.ring, { warmUp: {} });
    await overwrite();
    expect(await pool.get(key)).toBeUndefined();
    expect(await former()).toBeUndefined();
  });

  it('leaves a value to be found by get where an mg looked before', async () => {
    await pool.set(key, 'old');
    await pool.reload(lab.ring, { warmUp: {} });
    expect((await pool.meta({ command: 'mg', key, flags: ['v', 'R30'] })).status).toBe('EN');
    expect(await former()).toBe('old');
    expect(await textOf(pool.get(key))).toBe('old');
  });

  it.each(['T30', 'N30'])('removes the value of a former owner before an mg with %s', async (flag) => {
    await pool.set(key, 'old');
    await pool.reload(lab.ring, { warmUp: {} });
    await pool.meta({ command: 'mg', key, flags: [flag] });
    expect(await former()).toBeUndefined();
  });

  it('lets every delete win that runs beside a fill', async () => {
    await pool.reload(lab.ring, { warmUp: {} });
    const home = lab.servers[1 + lab.ring.without(0).pick(key)]!;
    await using old = createMetaDriver(home);
    for (let round = 0; round < 300; round++) {
      await old.set(key, `old-${round}`);
      const read = pool.get(key);
      for (let turn = 0; turn < round % 8; turn++) await new Promise((resolve) => setImmediate(resolve));
      await pool.delete(key);
      await read;
      expect(await pool.get(key)).toBeUndefined();
    }
  });

  it('stops reading from a former owner that cannot confirm a delete, and says so', async () => {
    await pool.set(key, 'old');
    const source = lab.servers[1 + lab.ring.without(0).pick(key)]!;
    const warming = lab.open({ warmUp: { from: lab.ring.without(0) }, timeoutMs: 200, downAfterTimeouts: Infinity });
    await warming.deleteEverywhere('connected');
    await source.freeze();
    await warming.set(key, 'new', { timeoutMs: 600 });
    expect(lab.events.at(-1)).toMatchObject({ type: 'warm-up-stopped', error: { code: 'ERR_MEMCACHE_TIMEOUT' } });
    await source.thaw();
    await using old = createMetaDriver(source);
    await old.set(key, 'out of reach');
    await warming.delete(key);
    expect(await warming.get(key)).toBeUndefined();
    expect(await former()).toBe('out of reach');
  });

  it('ends after its time, and closes the drivers that only it used', async () => {
    await pool.set(key, 'v');
    const only = createRing([lab.ring.nodes[0]!]);
    await pool.reload(only, { warmUp: { forMs: 300 } });
    expect(await textOf(pool.get(key))).toBe('v');
    expect(await pool.deleteEverywhere('k')).toHaveLength(3);
    await expect.poll(() => pool.deleteEverywhere('k'), { interval: 20 }).toHaveLength(1);
    await using old = createMetaDriver(lab.servers[1 + lab.ring.without(0).pick(key)]!);
    await Promise.all([old.set(key, 'late'), pool.delete(key)]);
    expect(await pool.get(key)).toBeUndefined();
  });

  it('refuses drivers that have no leases', async () => {
    const memjs = lab.open({ createDriver: (node) => createMemjsDriver({ host: node.host, port: node.port! }) });
    expect(await memjs.reload(lab.ring, { warmUp: {} }).catch(codeOf)).toBe('ERR_MEMCACHE_UNSUPPORTED');
  });
});
