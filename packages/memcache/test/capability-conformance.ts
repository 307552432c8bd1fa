import { expect, it } from 'vitest';

import type { MemcacheDriver } from '../src/index.ts';

/** What a driver with the capability `counters` does. */
export function describeCounters(getDriver: () => MemcacheDriver): void {
  it('counts in unsigned 64 bits, wraps upwards and stops at 0', async () => {
    const driver = getDriver();
    await driver.set('count', '18446744073709551614');
    expect(await driver.incr('count', 1n)).toBe(2n ** 64n - 1n);
    expect(await driver.incr('count', 2n)).toBe(1n);
    expect(await driver.decr('count', 5n)).toBe(0n);
    expect(await driver.incr('count-none', 1n)).toBeUndefined();
  });

  it('counts down through a power of ten', async () => {
    const driver = getDriver();
    await driver.set('count', '10');
    expect(await driver.decr('count', 1n)).toBe(9n);
    expect(await driver.decr('count', 1n)).toBe(8n);
  });

  it('rejects a count that is none with ERR_MEMCACHE_NOT_A_NUMBER, and a delta that is none with RangeError', async () => {
    const driver = getDriver();
    await driver.set('count', 'x');
    await expect(driver.incr('count', 1n)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NOT_A_NUMBER');
    await expect(driver.incr('count', -1n)).rejects.toThrow(RangeError);
    await expect(driver.decr('count', 2n ** 64n)).rejects.toThrow(RangeError);
    expect((await driver.get('count'))?.value.toString()).toBe('x');
  });
}

/** What a driver with the capability `cas` does. */
export function describeCas(getDriver: () => MemcacheDriver): void {
  it('stores with cas only while nobody else has written', async () => {
    const driver = getDriver();
    await driver.set('cas', 'first');
    const { cas } = (await driver.gets('cas'))!;
    expect(await driver.cas('cas', 'second', cas!)).toBe('stored');
    expect(await driver.cas('cas', 'third', cas!)).toBe('exists');
    expect(await driver.cas('cas-none', 'x', cas!)).toBe('not-found');
    expect((await driver.get('cas'))?.value.toString()).toBe('second');
  });
}
