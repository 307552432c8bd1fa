import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { lingerAt, processLoad } from '../src/shipper/process-load.ts';

const WINDOW_MS = 250;

async function loadWhile(turn: () => Promise<void>): Promise<number> {
  // What came before is left behind.
  processLoad();
  for (const each of [0, 1]) {
    const endsAt = performance.now() + WINDOW_MS + each;
    while (performance.now() < endsAt) await turn();
    processLoad();
  }
  return processLoad();
}

describe('the load of a process', () => {
  it('is near 1 where every turn is followed by the next, and near 0 where there is nothing to do', async () => {
    const busy = await loadWhile(() => new Promise((resolve) => setImmediate(resolve)));
    const idle = await loadWhile(() => pause(WINDOW_MS));
    expect(busy).toBeGreaterThan(0.8);
    expect(idle).toBeLessThan(0.5);
  });

  it('has nothing wait longer up to a half, and no longer than a tenth of a second at the most', () => {
    expect([0, 0.3, 0.5, 0.75, 1].map((load) => lingerAt(20, load))).toEqual([20, 20, 20, 60, 100]);
    expect([0, 3000].map((lingerMs) => lingerAt(lingerMs, 1))).toEqual([0, 3000]);
  });
});
