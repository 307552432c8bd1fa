import { setTimeout as wait } from 'node:timers/promises';

import { PoolReader } from './pool-reader.ts';
import type { World, WorldRegion } from './world.ts';
import type { Load } from './load.ts';

const everyMs = 15;

/** Reads, as clients of the other regions would, what travels to them, and counts values that are older than one seen before. */
export async function watchForOlderValues(world: World, load: Load, isOver: () => boolean): Promise<number> {
  const counts = await Promise.all(world.regions.map((region) => watchOne(load, region, isOver)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function watchOne(load: Load, region: WorldRegion, isOver: () => boolean): Promise<number> {
  using reader = new PoolReader(region.memcacheds.map(({ port }) => port));
  const keys = load.foreignKeysOf(region).map(({ key }) => key);
  const newest = new Map<string, number>();
  let older = 0;
  while (!isOver()) {
    // A memcached that is away or frozen shows nobody anything.
    for (const [key, number] of await reader.glance(keys)) {
      const before = newest.get(key) ?? 0;
      if (number < before) older += 1;
      newest.set(key, number);
    }
    await wait(everyMs);
  }
  return older;
}
