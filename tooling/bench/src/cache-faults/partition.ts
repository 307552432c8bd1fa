import { setTimeout as pause } from 'node:timers/promises';

import { keysOf, staleKeys, warmUp } from './fleet.ts';
import type { Change, Read } from './fleet-messages.ts';
import type { Scenario } from './scenario.ts';

const extents = {
  quick: { seconds: 4, healMs: 2000 },
  thorough: { seconds: 15, healMs: 8000 },
} as const;
const keyCount = 200;
const changeOverMs = 500;
const readsPerSecond = 200;

/**
 * One process is cut off: its connections stay open and carry nothing, and are gone in the end, as behind a router that
 * forgot them. All keys change elsewhere meanwhile.
 */
export const partitionScenario: Scenario = {
  name: 'silent partition',
  columns: [
    { figure: 'oldestSeconds', title: (extent) => `oldest stale read in a partition of ${extents[extent].seconds} s` },
    { figure: 'unanswered', title: () => 'reads in it that got no answer in 5 s' },
    { figure: 'staleKeys', title: () => `stale of ${keyCount} after it` },
  ],
  async run(fleet, extent) {
    const { seconds, healMs } = extents[extent];
    const [writer, , , lonely] = fleet.nodes;
    const keys = keysOf(keyCount);
    await warmUp(fleet, keys);
    await lonely!.calls.startReading(keys, readsPerSecond);
    lonely!.proxy.halfOpen();
    const changes = await writer!.calls.change(keys, changeOverMs);
    await pause(seconds * 1000 - changeOverMs);
    const reads = await lonely!.calls.stopReading();
    lonely!.proxy.cut();
    await lonely!.proxy.heal();
    await pause(healMs);
    const stale = await staleKeys(fleet.database, [lonely!], keys);
    return {
      oldestSeconds: oldestStaleMs(reads, changes) / 1000,
      unanswered: reads.filter(({ version }) => version === undefined).length,
      staleKeys: stale.length,
    };
  },
};

/** For how long the version had been outdated that was served, at worst, in milliseconds; 0 when none was. */
export function oldestStaleMs(reads: readonly Read[], changes: readonly Change[]): number {
  const changed = new Map(changes.map((change) => [change.key, change]));
  let oldest = 0;
  for (const { key, version, at } of reads) {
    const change = changed.get(key);
    if (change === undefined || version === undefined || version >= change.version) continue;
    oldest = Math.max(oldest, at - change.at);
  }
  return oldest;
}
