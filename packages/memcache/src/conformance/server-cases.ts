import assert from 'node:assert/strict';

import type { MemcacheDriver } from '../driver/driver.ts';
import { always, type ConformanceCase, rejectsWithCode, textOf } from './conformance-case.ts';

/** Calls on the server, and what holds for every call. */
export const serverCases: readonly ConformanceCase[] = [
  always('tells its version and the statistics of the server', async (driver) => {
    assert.match(await driver.version(), /^\d+\.\d+/);
    const stats = await driver.stats();
    assert.match(stats.get('pid') ?? '', /^\d+$/);
    assert.equal(stats.get('version'), await driver.version());
  }),

  always('drops everything with flushAll', async (driver, key) => {
    await driver.set(key('k'), 'x');
    await driver.flushAll();
    assert.equal(await driver.get(key('k')), undefined);
  }),

  always('rejects with the reason of a signal, and goes on', async (driver, key) => {
    const reason = new Error('enough');
    const isReason = (error: unknown): boolean => error === reason;
    await assert.rejects(driver.get(key('k'), { signal: AbortSignal.abort(reason) }), isReason);
    const controller = new AbortController();
    const read = driver.get(key('k'), { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(read, isReason);
    assert.equal(await driver.get(key('k')), undefined);
  }),

  always('rejects a time limit that is none with RangeError', async (driver, key) => {
    await assert.rejects(driver.get(key('k'), { timeoutMs: 0 }), RangeError);
    await assert.rejects(driver.set(key('k'), 'x', { timeoutMs: Number.NaN }), RangeError);
  }),

  always('refuses calls for which it lacks the capability, and does nothing', async (driver, key) => {
    await driver.set(key('k'), '1');
    const { cas, counters, append, stale, meta, explicitCas, conditionalGet } = driver.capabilities;
    const refused: [boolean, (driver: MemcacheDriver) => Promise<unknown>][] = [
      [cas, () => driver.gets(key('k'))],
      [cas, () => driver.cas(key('k'), '2', 1n)],
      [counters, () => driver.incr(key('k'), 1n)],
      [counters, () => driver.decr(key('k'), 1n)],
      [append, () => driver.append(key('k'), '2')],
      [append, () => driver.prepend(key('k'), '2')],
      [stale, () => driver.markStale(key('k'))],
      [meta, () => driver.meta({ command: 'md', key: key('k'), flags: [] })],
      [explicitCas, () => driver.set(key('k'), '2', { explicitCas: 7n })],
      [explicitCas, () => driver.add(key('none'), '2', { explicitCas: 7n })],
      [explicitCas, () => driver.markStale(key('k'), { explicitCas: 7n })],
      [conditionalGet, () => driver.read(key('k'), { unlessCas: 7n })],
    ];
    for (const [isThere, call] of refused) {
      if (!isThere) await rejectsWithCode(call(driver), 'ERR_MEMCACHE_UNSUPPORTED');
    }
    assert.equal(textOf(await driver.get(key('k'))), '1');
    assert.equal(await driver.get(key('none')), undefined);
  }),
];
