import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Capabilities, MemcacheDriver } from '../src/index.ts';
import { describeStores } from './store-conformance.ts';

/** Makes the driver under test for a real server. */
export type CreateTestDriver = (server: MemcachedServer) => MemcacheDriver;

/** What every driver does on a real memcached, as far as its capabilities go. */
export function describeDriver(name: string, capabilities: Capabilities, createDriver: CreateTestDriver): void {
  describe(`${name} as a driver`, () => {
    let server: MemcachedServer;
    let driver: MemcacheDriver;

    beforeAll(async () => {
      server = await startMemcached();
      driver = createDriver(server);
    });

    afterAll(async () => {
      await driver.close();
      await server.close();
    });

    describeStores(() => driver);

    it('says what it can do', () => {
      expect(driver.capabilities).toEqual(capabilities);
      expect(driver.isUp).toBe(true);
    });

    it('reads many keys in their order, misses and repeats included', async () => {
      await Promise.all([driver.set('many-1', 'one'), driver.set('many-2', 'two')]);
      const items = await driver.getMany(['many-2', 'many-none', 'many-1', 'many-2']);
      expect(items.map((item) => item?.value.toString())).toEqual(['two', undefined, 'one', 'two']);
      expect(await driver.getMany([])).toEqual([]);
    });

    it('tells its version and the statistics of the server', async () => {
      expect(await driver.version()).toMatch(/^\d+\.\d+/);
      const stats = await driver.stats();
      expect(stats.get('pid')).toBe(String(server.pid));
      expect(stats.get('version')).toBe(await driver.version());
    });

    it('rejects with the reason of a signal', async () => {
      const reason = new Error('enough');
      await expect(driver.get('k', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const controller = new AbortController();
      const read = driver.get('k', { signal: controller.signal });
      controller.abort(reason);
      await expect(read).rejects.toBe(reason);
      expect(await driver.get('k-none')).toBeUndefined();
    });

    it('drops everything with flushAll', async () => {
      await driver.set('flushed', 'x');
      await driver.flushAll();
      expect(await driver.get('flushed')).toBeUndefined();
    });

    it('rejects calls after close with ERR_MEMCACHE_CLOSED, and closes twice', async () => {
      const other = createDriver(server);
      const before = await other.get('k-none');
      const inFlight = other.get('k-none').catch((error: unknown) => error);
      await other.close();
      await other.close();
      expect(before).toBeUndefined();
      expect(await inFlight).toHaveProperty('code', 'ERR_MEMCACHE_CLOSED');
      await expect(other.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CLOSED');
      expect(other.isUp).toBe(false);
    });
  });
}
