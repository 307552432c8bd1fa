import assert from 'node:assert/strict';

import { type ConformanceCase, needing, rejectsWithCode, textOf } from './conformance-case.ts';

/** Counters, CAS, append and prepend. */
export const valueCases: readonly ConformanceCase[] = [
  needing(['counters'], 'counts in unsigned 64 bits, wraps upwards and stops at 0', async (driver, key) => {
    await driver.set(key('count'), '18446744073709551614');
    assert.equal(await driver.incr(key('count'), 1n), 2n ** 64n - 1n);
    assert.equal(await driver.incr(key('count'), 2n), 1n);
    assert.equal(await driver.decr(key('count'), 5n), 0n);
    assert.equal(await driver.incr(key('none'), 1n), undefined);
    assert.equal(await driver.decr(key('none'), 1n), undefined);
  }),

  needing(['counters'], 'counts through 2^32, and down through a power of ten', async (driver, key) => {
    await driver.set(key('count'), '4294967295');
    assert.equal(await driver.incr(key('count'), 4_294_967_296n), 8_589_934_591n);
    await driver.set(key('count'), '10');
    assert.equal(await driver.decr(key('count'), 1n), 9n);
    assert.equal(await driver.decr(key('count'), 1n), 8n);
  }),

  needing(
    ['counters'],
    'rejects a count that is none with ERR_MEMCACHE_NOT_A_NUMBER, and a delta that is none with RangeError',
    async (driver, key) => {
      await driver.set(key('count'), 'x');
      await rejectsWithCode(driver.incr(key('count'), 1n), 'ERR_MEMCACHE_NOT_A_NUMBER');
      await assert.rejects(driver.incr(key('count'), -1n), RangeError);
      await assert.rejects(driver.decr(key('count'), 2n ** 64n), RangeError);
      assert.equal(textOf(await driver.get(key('count'))), 'x');
    },
  ),

  needing(['cas'], 'stores with cas only while nobody else has written', async (driver, key) => {
    await driver.set(key('k'), 'first');
    const { cas } = (await driver.gets(key('k')))!;
    assert.equal(await driver.cas(key('k'), 'second', cas!), 'stored');
    assert.equal(await driver.cas(key('k'), 'third', cas!), 'exists');
    assert.equal(await driver.cas(key('k'), 'third', 0n), 'exists');
    assert.equal(await driver.cas(key('none'), 'x', cas!), 'not-found');
    assert.equal(textOf(await driver.get(key('k'))), 'second');
    assert.equal(await driver.gets(key('none')), undefined);
  }),

  needing(['append'], 'appends and prepends bytes, and keeps the flags', async (driver, key) => {
    await driver.set(key('k'), Buffer.from([1]), { flags: 77, ttlSeconds: 100 });
    assert.equal(await driver.append(key('k'), Buffer.from([2, 13, 10])), 'stored');
    assert.equal(await driver.prepend(key('k'), Buffer.from([0])), 'stored');
    assert.deepEqual(await driver.get(key('k')), { value: Buffer.from([0, 1, 2, 13, 10]), flags: 77 });
  }),

  needing(['append'], 'does not append or prepend to what is not there', async (driver, key) => {
    assert.equal(await driver.append(key('none'), 'x'), 'not-stored');
    assert.equal(await driver.prepend(key('none'), 'x'), 'not-stored');
    assert.equal(await driver.get(key('none')), undefined);
  }),

  needing(['append'], 'appends once per call, in the order of the calls', async (driver, key) => {
    await driver.set(key('log'), '');
    await Promise.all(Array.from({ length: 50 }, (_, index) => driver.append(key('log'), `${index};`)));
    const expected = Array.from({ length: 50 }, (_, index) => `${index};`).join('');
    assert.equal(textOf(await driver.get(key('log'))), expected);
  }),
];
