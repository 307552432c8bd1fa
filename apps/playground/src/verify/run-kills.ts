import { sleep } from '@lockstep/core';

import type { World } from '../world/world.ts';
import type { Kill } from './kills.ts';

/** A memcached that lost all it held. */
export interface Emptied {
  readonly region: string;
  readonly node: number;
  /** Monotonic milliseconds from which on what is written there stays. */
  readonly until: number;
}

/** Carries out the kills in order; resolves when everything is up again. */
export async function runKills(
  world: World,
  kills: readonly Kill[],
  report: (text: string) => void,
  signal: AbortSignal,
): Promise<Emptied[]> {
  const emptied: Emptied[] = [];
  const startedAt = performance.now();
  for (const kill of kills) {
    await sleep(Math.max(0, kill.atMs - (performance.now() - startedAt)), { signal });
    const region = world.regions.find(({ layout }) => layout.name === kill.region);
    if (region === undefined) throw new Error(`no region ${kill.region}`);
    const what = kill.target === 'memcached' ? `memcached ${kill.node + 1}` : kill.target;
    report(`killed ${what} of ${kill.region} for ${Math.round(kill.downMs)} ms`);
    if (kill.target === 'memcached') {
      const server = region.memcached[kill.node];
      if (server === undefined) throw new Error(`${kill.region} has no memcached ${kill.node + 1}`);
      await server.kill();
      await sleep(kill.downMs, { signal });
      await server.restart();
      emptied.push({ region: kill.region, node: kill.node, until: performance.now() });
    } else {
      const app = region[kill.target];
      await app.kill();
      await sleep(kill.downMs, { signal });
      await app.start(signal);
    }
  }
  return emptied;
}
