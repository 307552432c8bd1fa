import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { createRing } from '@lockstep/hashring';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { createMemjsDriver, createPool, type PoolOptions } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { startScriptedServer } from '../scripted-server.ts';
import { createFakeDriver } from './fake-driver.ts';
import { type PoolLab, startPoolLab, textOf } from './pool-lab.ts';

let lab: PoolLab;

beforeAll(async () => {
  lab = await startPoolLab();
});

afterAll(() => lab[Symbol.asyncDispose]());

describe('calls on many keys', () => {
  it('tell how each key ended', async () => {
    const pool = lab.open({ timeoutMs: 2000 });
    const keys = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    const stored = await pool.setMany(keys.map((key, index) => ({ key, value: key, flags: index, ttlSeconds: 60 })));
    expect(stored).toEqual(keys.map((key) => ({ key, confirmed: true })));
    const items = await pool.getMany(keys);
    expect(items.map((item) => [item?.value.toString(), item?.flags])).toEqual(keys.map((key, index) => [key, index]));
    const deleted = await pool.deleteMany([...keys, 'many-none', 'a b']);
    expect(deleted.slice(0, 100)).toEqual(keys.map((key) => ({ key, confirmed: true, found: true })));
    expect(deleted[100]).toEqual({ key: 'many-none', confirmed: true, found: false });
    expect(deleted[101]).toMatchObject({ confirmed: false, error: { code: 'ERR_MEMCACHE_BAD_KEY' } });
  });

  it('fail only for the keys of a node that is dead', async () => {
    const ring = createRing([...lab.ring.nodes, { host: '127.0.0.1', port: 1 }]);
    const pool = lab.open({ ring, timeoutMs: 2000 });
    const keys = Array.from({ length: 100 }, (_, index) => `partly-${index}`);
    const outcomes = await pool.setMany(keys.map((key) => ({ key, value: 'v' })));
    expect(outcomes.map(({ confirmed }) => confirmed)).toEqual(keys.map((key) => ring.get(key).port !== 1));
    const codes = new Set(outcomes.filter(({ confirmed }) => !confirmed).map(({ error }) => codeOf(error)));
    expect([...codes]).toEqual(['ERR_MEMCACHE_NODE_DOWN']);
  });
});

describe('a getMany with what is no key among its keys', () => {
  it('rejects before it reads, so that no read is left to fail alone', async () => {
    const ring = createRing([lab.ring.nodes[0]!, { host: '127.0.0.1', port: 1 }]);
    const pool = lab.open({ ring, timeoutMs: 2000 });
    const dead = Array.from({ length: 100 }, (_, index) => `dead-${index}`).find((key) => ring.pick(key) === 1)!;
    await expect.poll(() => pool.get(dead).catch(codeOf)).toBe('ERR_MEMCACHE_NODE_DOWN');
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listener);
    onTestFinished(() => void process.off('unhandledRejection', listener));
    await expect(pool.getMany([dead, undefined as unknown as string])).rejects.toThrow(TypeError);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});

describe('a pool whose node falls behind', () => {
  it('tells for each node how much waits for it', async () => {
    await using silent = await startScriptedServer(() => {});
    const ring = createRing([lab.ring.nodes[0]!, silent]);
    const pool = lab.open({ ring, timeoutMs: 500 });
    const keys = Array.from({ length: 200 }, (_, index) => `depth-${index}`).filter((key) => ring.pick(key) === 1);
    const calls = keys.map((key) => pool.get(key).catch(codeOf));
    const [first, second] = pool.nodes();
    expect(first).toMatchObject({ up: true, queued: { ops: 0, bytes: 0 } });
    expect(second).toMatchObject({ up: true, queued: { ops: keys.length } });
    expect(second!.queued!.bytes).toBeGreaterThan(keys.length);
    await Promise.all(calls);
  });

  it('refuses at once what is past the bound, and only for that node', async () => {
    await using silent = await startScriptedServer(() => {});
    const ring = createRing([lab.ring.nodes[0]!, silent]);
    const pool = lab.open({ ring, timeoutMs: 1000, maxQueueOps: 10 });
    const keys = Array.from({ length: 200 }, (_, index) => `queued-${index}`);
    const slow = keys.filter((key) => ring.pick(key) === 1);
    const quick = keys.filter((key) => ring.pick(key) === 0).slice(0, 5);
    const started = performance.now();
    const refused = slow.map((key) => pool.get(key).catch(codeOf));
    expect(await Promise.all(quick.map((key) => pool.get(key)))).toEqual(quick.map(() => undefined));
    expect(new Set(await Promise.all(refused.slice(10)))).toEqual(new Set(['ERR_MEMCACHE_OVERLOADED']));
    expect(performance.now() - started).toBeLessThan(500);
    expect(new Set(await Promise.all(refused.slice(0, 10)))).toEqual(new Set(['ERR_MEMCACHE_TIMEOUT']));
  });
});

describe('a pool with a shadow', () => {
  it('copies reads and writes of its share of the keys, and nothing else', async () => {
    await using shadowLab = await startPoolLab(1);
    const target = shadowLab.open({ timeoutMs: 2000 });
    const pool = lab.open({ timeoutMs: 2000, shadow: { pool: target, share: 0.5 } });
    const keys = Array.from({ length: 400 }, (_, index) => `shadow-${index}`);
    const value = Buffer.alloc(4096, 'a');
    await Promise.all(keys.map((key) => pool.set(key, value)));
    value.fill('b');
    await expect.poll(() => pool.shadowStats).toMatchObject({ failed: 0, dropped: 0 });
    const { copied } = pool.shadowStats!;
    expect(copied).toBeGreaterThan(140);
    expect(copied).toBeLessThan(260);
    const found = (await target.getMany(keys)).filter((item) => item !== undefined);
    expect(found).toHaveLength(copied);
    expect(found.every((item) => item.value.equals(Buffer.alloc(4096, 'a')))).toBe(true);
    await pool.getMany(keys);
    expect(pool.shadowStats?.copied).toBe(2 * copied);
    await Promise.all(keys.map((key) => pool.delete(key)));
    await expect.poll(async () => (await target.getMany(keys)).filter((item) => item !== undefined)).toEqual([]);
  });

  it('gives the shadow bytes of its own, as the caller may reuse his', async () => {
    const seen: (Buffer | string)[] = [];
    const target = createFakeDriver({ set: async (_key, value) => void seen.push(value) });
    const pool = lab.open({ timeoutMs: 2000, shadow: { pool: target, share: 1 } });
    const value = Buffer.from('mine');
    await pool.set('k', value);
    value.fill('?');
    expect(seen.map(String)).toEqual(['mine']);
  });

  it('makes a miss of what was compared by CAS, and counts in the shadow too', async () => {
    await using shadowLab = await startPoolLab(1);
    const target = shadowLab.open({ timeoutMs: 2000 });
    const pool = lab.open({ timeoutMs: 2000, shadow: { pool: target, share: 1 } });
    await pool.set('k', '1');
    await pool.incr('k', 4n);
    await expect.poll(() => textOf(target.get('k'))).toBe('5');
    const { cas } = (await pool.gets('k'))!;
    expect(await pool.cas('k', '7', cas!)).toBe('stored');
    await expect.poll(() => target.get('k')).toBeUndefined();
  });

  it('copies what deletes on every node, batches and flushes', async () => {
    await using shadowLab = await startPoolLab(1);
    const target = shadowLab.open({ timeoutMs: 2000 });
    const pool = lab.open({ timeoutMs: 2000, shadow: { pool: target, share: 1 } });
    await Promise.all(['k', 'l', 'm'].map((key) => pool.set(key, 'old')));
    await expect.poll(async () => (await target.getMany(['k', 'l', 'm'])).includes(undefined)).toBe(false);
    await pool.deleteEverywhere('k');
    await expect.poll(() => target.get('k')).toBeUndefined();
    await pool.applyBatch([
      { kind: 'delete', key: Buffer.from('l') },
      { kind: 'set', key: Buffer.from('m'), value: Buffer.from('new'), flags: 7, expiresAt: 0 },
    ]);
    await expect.poll(() => target.get('l')).toBeUndefined();
    await expect.poll(() => target.get('m')).toEqual({ value: Buffer.from('new'), flags: 7 });
    await pool.flushAll();
    await expect.poll(() => target.get('m')).toBeUndefined();
    expect(pool.shadowStats).toEqual({ copied: 7, failed: 0, dropped: 0 });
  });

  it('is no slower for a shadow that hangs, and says what is lost', async () => {
    await using silent = await startScriptedServer(() => {});
    const published: unknown[] = [];
    const listener = (event: unknown): void => void published.push(event);
    subscribe('lockstep:memcache:pool', listener);
    onTestFinished(() => void unsubscribe('lockstep:memcache:pool', listener));
    const target = lab.open({ ring: createRing([silent]), timeoutMs: 1500 });
    const pool = lab.open({ timeoutMs: 5000, shadow: { pool: target, share: 1, maxInFlight: 3 } });
    const started = performance.now();
    await Promise.all(Array.from({ length: 10 }, (_, index) => pool.set(`hang-${index}`, 'v')));
    expect(performance.now() - started).toBeLessThan(1000);
    expect(pool.shadowStats).toEqual({ copied: 3, failed: 0, dropped: 7 });
    await expect.poll(() => pool.shadowStats).toEqual({ copied: 3, failed: 3, dropped: 7 });
    const told = lab.events.filter((event) => event.type === 'shadow-failed');
    expect(told).toEqual(published);
    expect(told.map((event) => event.error !== undefined).filter(Boolean)).toHaveLength(3);
  });
});

describe('the options of a pool', () => {
  it.each<[Partial<PoolOptions>, string]>([
    [{ failover: 'gutter' }, "failover: 'gutter' and the pool `gutter` go together"],
    [
      { failover: 'elsewhere' as 'none' },
      "failover must be 'none', 'miss', 'sequence', 'eject' or 'gutter', got elsewhere",
    ],
    [{ onNodeError: 'hide' as 'miss' }, "onNodeError must be 'throw' or 'miss', got hide"],
    [{ onReturn: 'hope' as 'keep' }, "onReturn must be 'flush' or 'keep', got hope"],
    [{ failoverTtlSeconds: 1.5 }, 'failoverTtlSeconds must be an integer, got 1.5'],
    [{ failoverTtlSeconds: 0 }, 'failoverTtlSeconds must be a positive number, got 0'],
    [{ maxRemembered: -1 }, 'maxRemembered must be 0 or more, got -1'],
    [{ downAfterTimeouts: 0 }, 'downAfterTimeouts must be at least 1, got 0'],
  ])('are refused: %o', (options, message) => {
    expect(() => createPool({ ring: lab.ring, ...options })).toThrow(message);
  });

  it('refuse failover over drivers that cannot tell how long a value has lived', () => {
    const createDriver: PoolOptions['createDriver'] = (node) =>
      createMemjsDriver({ host: node.host, port: node.port! });
    expect(() => createPool({ ring: lab.ring, createDriver, failover: 'sequence' })).toThrow(/capability "lease"/);
  });
});
