import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { driverConformance } from '../../src/conformance/driver-conformance.ts';
import { noCapabilities } from '../../src/driver/capabilities.ts';
import type { Capabilities, MemcacheDriver } from '../../src/index.ts';

/** Makes the driver under test for a real server. */
export type CreateTestDriver = (server: MemcachedServer) => MemcacheDriver;

/** What every driver does on a real memcached, as far as its capabilities go. */
export function describeDriver(name: string, expected: Partial<Capabilities>, createDriver: CreateTestDriver): void {
  describe(`${name} as a driver`, () => {
    let server: MemcachedServer;
    let driver: MemcacheDriver;

    beforeAll(async () => {
      server = await startMemcached();
      driver = createDriver(server);
      await driver.version();
    });

    afterAll(async () => {
      await driver.close();
      await server.close();
    });

    it.for(driverConformance.map((entry) => [entry.name, entry] as const))(
      '%s',
      async ([, { needs, run }], { skip }) => {
        const missing = needs.filter((capability) => !driver.capabilities[capability]);
        skip(missing.length > 0, `lacks ${missing.join(', ')}`);
        await expect(run(driver)).resolves.toBeUndefined();
      },
    );

    it('says what it can do', () => {
      expect(driver.capabilities).toEqual({ ...noCapabilities, ...expected });
      expect(driver.isUp).toBe(true);
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
