import { setTimeout as pause } from 'node:timers/promises';

import { startFaultProxy } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { seeded } from './seeded.ts';
import { startTwoRegions } from './two-regions.ts';

describe('both regions under faults that come together', () => {
  it.each([
    { seed: 11, shards: 1, receivers: 1, leaseMs: 300 },
    { seed: 23, shards: 4, receivers: 1, leaseMs: 300 },
    // Both ship all of the time.
    { seed: 47, shards: 2, receivers: 2, leaseMs: 0 },
  ])(
    'end in the same state (%j)',
    async ({ seed, shards, receivers, leaseMs }) => {
      const random = seeded(seed);
      await using regions = await startTwoRegions({ shards, receivers });
      await using proxy = await startFaultProxy({ to: regions.server.address });
      const ship = { address: proxy.address, timeoutMs: 150, leaseMs };
      let shipper = regions.ship(ship);
      regions.ship(ship);
      let applierIsDown = false;
      regions.applier.before = () => {
        if (applierIsDown) throw new Error('down');
      };
      const servers = [regions.east, regions.west];
      const faults: (() => Promise<void> | void)[] = [
        ...servers.map((server) => () => server.kill()),
        ...servers.map((server) => async () => {
          if (server.isRunning) await server.freeze();
        }),
        () => proxy.cut(),
        () => proxy.reset(),
        () => proxy.halfOpen(),
        () => proxy.corruptByte({ direction: random() < 0.5 ? 'up' : 'down', offset: Math.floor(random() * 900) }),
        () => {
          applierIsDown = true;
        },
        async () => {
          await shipper.close();
          shipper = regions.ship(ship);
        },
      ];
      for (let round = 0; round < 25; round += 1) {
        const written = regions.write(60);
        await faults[Math.floor(random() * faults.length)]?.();
        // How long a fault lasts is part of what is random; nothing waits for it.
        await pause(random() * 250);
        if (random() < 0.6) {
          applierIsDown = false;
          await proxy.heal();
          for (const server of servers) await (server.isRunning ? server.thaw() : server.restart());
        }
        await written;
      }
      applierIsDown = false;
      await proxy.heal();
      for (const server of servers) await (server.isRunning ? server.thaw() : server.restart());
      await regions.converge();

      const invented = [...regions.applier.history].flatMap(([key, values]) =>
        values.filter((value) => key !== `key-${Number(value) % 20}`),
      );
      expect(invented).toEqual([]);
      expect(regions.journal.stats().lostBlocks).toBe(0);
    },
    120_000,
  );
});
