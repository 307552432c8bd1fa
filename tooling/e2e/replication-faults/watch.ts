import { setTimeout as wait } from 'node:timers/promises';

import { PoolReader } from './pool-reader.ts';
import type { World, WorldRegion } from './world.ts';
import type { Load } from './load.ts';

const everyMs = 15;

/** Reads, as clients of the other region would, what travels to it, and counts values that are older than one seen before. */
export async function watchForOlderValues(world: World, load: Load, isOver: () => boolean): Promise<number> {
  const counts = await Promise.all(
    world.regions.flatMap((from) =>
      world.regions.filter((to) => to !== from).map((to) => watchOne(load, { from, to }, isOver)),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function watchOne(
  load: Load,
  { from, to }: { readonly from: WorldRegion; readonly to: WorldRegion },
  isOver: () => boolean,
): Promise<number> {
  using reader = new PoolReader(to.memcached.port);
  const keys = load.ownKeysOf(from).map(({ key }) => key);
  const newest = new Map<string, number>();
  let older = 0;
  while (!isOver()) {
    // A memcached that is away or frozen shows nobody anything.
    const seen = await reader.read(keys).catch(() => new Map<string, number>());
    for (const [key, number] of seen) {
      const before = newest.get(key) ?? 0;
      if (number < before) older += 1;
      newest.set(key, number);
    }
    await wait(everyMs);
  }
  return older;
}
