import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { set } from './operations.ts';
import { startTwoRegions } from './two-regions.ts';

/** So long that a busy machine has sent the first, and appended the rest, well before it is over. */
const LINGER_MS = 3000;

describe('the linger of a shipper', () => {
  it('sends what comes to a shard at rest at once, and what follows together', async () => {
    await using regions = await startTwoRegions();
    const { applier, journal, receiver } = regions;
    regions.ship({ lingerMs: LINGER_MS });
    let written = 0;
    /** A block each. */
    const append = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) await journal.append(set(`key-${(written += 1)}`, written));
    };
    const arrived = (): Promise<void> =>
      expect.poll(() => applier.state.size, { interval: 10, timeout: 10_000 }).toBe(written);
    // Until it knows how large blocks are, it reads them one by one.
    await append(30);
    await arrived();
    await pause(LINGER_MS + 100);
    const before = receiver.stats().appliedBatches;
    const started = performance.now();
    await append(1);
    await arrived();
    expect(performance.now() - started).toBeLessThan(LINGER_MS);
    await append(9);
    await arrived();
    expect(performance.now() - started).toBeGreaterThan(LINGER_MS - 100);
    await expect.poll(() => receiver.stats().receivedOperations).toBe(written);
    expect(receiver.stats().appliedBatches - before).toBeLessThanOrEqual(3);
  });

  it('sends each block by itself when it does not linger', async () => {
    await using regions = await startTwoRegions();
    regions.ship({ lingerMs: 0 });
    for (let n = 1; n <= 5; n += 1) {
      await regions.journal.append(set(`key-${n}`, n));
      await expect.poll(() => regions.applier.state.size, { interval: 2 }).toBe(n);
    }
    await expect.poll(() => regions.receiver.stats().appliedBatches).toBe(5);
  });
});
