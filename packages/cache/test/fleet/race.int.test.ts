import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { openFleet } from './open-fleet.ts';

describe('loads that race with invalidations', () => {
  it.each([
    { keys: 2000, tier: 'redis', shards: 1 },
    { keys: 1000, tier: 'redis', shards: 4 },
    { keys: 1000, tier: 'memcached', shards: 1 },
    { keys: 1000, tier: 'none', shards: 1 },
  ] as const)('leave no stale value in any of 4 caches: %o', async ({ keys, tier, shards }) => {
    await using fleet = await openFleet({ size: 4, tier, shards, cache: { sharedTimeoutMs: 5000 } });
    const rows = new Map<string, number>();
    let loads = 0;
    const views = fleet.members.map(({ cache }) =>
      cache.define('row', {
        ttlMs: 3_600_000,
        load: async (id: string) => {
          loads++;
          const value = rows.get(id) ?? 0;
          await wait(Math.random() * 10);
          return value;
        },
      }),
    );
    const reads = async (id: string): Promise<void> => {
      await wait(Math.random() * 20);
      const reader = views[Math.floor(Math.random() * 4)]!;
      // Half of the reads are part of a bulk read.
      if (Math.random() < 0.5) await reader.get(id);
      else await reader.getMany([id, String((Number(id) + 1) % keys)]);
    };
    const writes = async (id: string): Promise<void> => {
      await wait(Math.random() * 20);
      rows.set(id, 1);
      const writer = views[Math.floor(Math.random() * 4)]!;
      await writer.invalidate(id);
      // Read your writes: from now on this process never serves the old value.
      staleOwnReads += (await writer.get(id)) === 1 ? 0 : 1;
    };
    let staleOwnReads = 0;
    for (let from = 0; from < keys; from += 200) {
      const ids = Array.from({ length: 200 }, (_, place) => String(from + place));
      await Promise.all(ids.flatMap((id) => [reads(id), reads(id), reads(id), writes(id)]));
    }
    // Whatever is still under way comes to its end, then everybody is asked.
    await Promise.all(fleet.members.map(({ cache }) => cache.sync()));
    let stale = 0;
    for (const view of views) {
      for (let key = 0; key < keys; key++) if ((view.peek(String(key)) ?? 1) !== 1) stale++;
      for (let from = 0; from < keys; from += 500) {
        const ids = Array.from({ length: 500 }, (_, place) => String(from + place));
        stale += (await view.getMany(ids)).filter((value) => value !== 1).length;
      }
    }
    expect({ stale, staleOwnReads }).toEqual({ stale: 0, staleOwnReads: 0 });
    // The race took place: some values were refused, and with a shared tier few were loaded twice.
    expect(fleet.members.reduce((sum, { cache }) => sum + cache.stats().fillsRefused, 0)).toBeGreaterThan(keys / 100);
    expect(loads).toBeGreaterThan(keys);
  });
});
