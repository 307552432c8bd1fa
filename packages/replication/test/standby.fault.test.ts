import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { type ShipperChild, startShipperChild } from './processes/shipper-child.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

const SHARDS = 2;
const settings = { shards: SHARDS, leaseMs: 1000 };

/** Whether it ships all shards. */
const ships = async (child: ShipperChild): Promise<boolean> => (await child.status()).standbyShards === 0;
/** Whether it ships none. */
const standsBy = async (child: ShipperChild): Promise<boolean> => (await child.status()).standbyShards === SHARDS;

/** How what arrived differs from what was written. */
function damage({ applier, receiver, written }: TwoRegions): { missing: number; backward: number } {
  return { missing: written - receiver.stats().receivedOperations, backward: applier.backwardSteps() };
}

describe('a shipper that stands by', { timeout: 120_000 }, () => {
  it('takes over from one that was killed, and loses and reorders nothing', async () => {
    await using regions = await startTwoRegions({ shards: SHARDS, receiverTimeoutMs: 10_000 });
    let holder = await startShipperChild(regions, settings);
    for (let round = 0; round < 3; round += 1) {
      const next = await startShipperChild(regions, settings);
      await expect.poll(() => standsBy(next)).toBe(true);
      const written = regions.write(300);
      await holder.kill();
      await written;
      await expect.poll(() => ships(next), { timeout: 30_000 }).toBe(true);
      await regions.converge();
      holder = next;
    }
    await expect.poll(() => damage(regions)).toEqual({ missing: 0, backward: 0 });
    await holder.kill();
  });

  it('takes over from one that is frozen, which does no harm when it wakes up and goes on', async () => {
    await using regions = await startTwoRegions({ shards: SHARDS, receiverTimeoutMs: 10_000 });
    await using one = await startShipperChild(regions, settings);
    await using other = await startShipperChild(regions, settings);
    await expect.poll(() => standsBy(other)).toBe(true);
    for (const [holder, next] of [
      [one, other],
      [other, one],
      [one, other],
    ] as const) {
      // In the middle of its work.
      const before = regions.write(400);
      await pause(20);
      holder.freeze();
      await before;
      await expect.poll(() => ships(next), { timeout: 30_000 }).toBe(true);
      await regions.write(100);
      await regions.converge();
      const meanwhile = regions.write(400);
      holder.thaw();
      await meanwhile;
      await expect.poll(() => standsBy(holder), { timeout: 30_000 }).toBe(true);
      await regions.converge();
    }
    await expect.poll(() => damage(regions)).toEqual({ missing: 0, backward: 0 });
  });
});
