import { startFaultProxy } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import type { Shipper } from '../src/shipper/shipper.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

/** How what arrived differs from what was written. */
function damage({ applier, receiver, written }: TwoRegions): { missing: number; backward: number; invented: number } {
  let invented = 0;
  for (const [key, values] of applier.history) {
    for (const value of values) if (key !== `key-${Number(value) % 20}`) invented += 1;
  }
  return { missing: written - receiver.stats().receivedOperations, backward: applier.backwardSteps(), invented };
}

const EXACTLY_ONCE = { missing: 0, backward: 0, invented: 0 };
/** Where a commit was given up on and carried out later, the receiver does not count its batch. */
const IN_ORDER = { ...EXACTLY_ONCE, missing: expect.any(Number) };

/** Rises with every batch that was confirmed and every step that failed. */
function attempts(shipper: Shipper): number {
  const [status] = shipper.status();
  return (status?.shippedOperations ?? 0) + (status?.failures ?? 0);
}

describe('a shipper under faults', () => {
  it('loses and reorders nothing while its Redis is killed and comes back', async () => {
    await using regions = await startTwoRegions();
    regions.ship();
    for (let round = 0; round < 4; round += 1) {
      const written = regions.write(200);
      await regions.east.kill();
      await regions.east.restart();
      await written;
    }
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(EXACTLY_ONCE);
  });

  it('loses and reorders nothing while the Redis of the receiver is killed and comes back', async () => {
    await using regions = await startTwoRegions();
    const shipper = regions.ship();
    for (let round = 0; round < 4; round += 1) {
      await regions.write(200);
      const before = shipper.status()[0]?.failures ?? 0;
      await regions.west.kill();
      await regions.write(50);
      await expect.poll(() => shipper.status()[0]?.failures).toBeGreaterThan(before);
      await regions.west.restart();
    }
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(IN_ORDER);
  });

  it('loses and reorders nothing while either Redis is frozen for longer than every deadline', async () => {
    await using regions = await startTwoRegions();
    const shipper = regions.ship();
    for (const redis of [regions.east, regions.west]) {
      await regions.write(100);
      const failures = shipper.status()[0]?.failures ?? 0;
      await redis.freeze();
      const written = regions.write(100);
      await expect.poll(() => shipper.status()[0]?.failures, { timeout: 10_000 }).toBeGreaterThan(failures);
      await redis.thaw();
      await written;
    }
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(IN_ORDER);
  });

  it('sends again what the receiver refused, and what it applied without being heard', async () => {
    await using regions = await startTwoRegions();
    const unavailable = { status: 503, headers: {}, body: '' };
    let request = 0;
    regions.server.intercept = async (handle) => {
      request += 1;
      if (request % 4 === 1) return unavailable;
      const answer = await handle();
      if (request % 4 === 3) throw new Error('the answer is lost');
      return answer;
    };
    const shipper = regions.ship();
    await regions.write(800);
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(EXACTLY_ONCE);
    expect(shipper.status()[0]?.failures).toBeGreaterThan(0);
  });

  it('tries again as often as the applier fails, and reports why', async () => {
    await using regions = await startTwoRegions();
    let failures = 0;
    regions.applier.before = () => {
      failures += 1;
      throw new Error('node 3 is down');
    };
    const shipper = regions.ship({ retry: { minMs: 50, maxMs: 50 } });
    await regions.write(100);
    await expect.poll(() => shipper.status()[0]?.lastError?.message).toMatch(/503.*node 3 is down/);
    await expect.poll(() => failures).toBeGreaterThan(4);
    regions.applier.before = () => {};
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(EXACTLY_ONCE);
    await expect.poll(() => shipper.status()[0]?.lastError).toBeUndefined();
  });

  it('needs no leader: two shippers at once change nothing', async () => {
    await using regions = await startTwoRegions();
    const shippers = [
      regions.ship({ leaseMs: 0, maxBatchOperations: 30 }),
      regions.ship({ leaseMs: 0, maxBatchOperations: 70 }),
    ];
    const takesPart = (shipper: Shipper): boolean => {
      const [status] = shipper.status();
      return (status?.gaps ?? 0) + (status?.shippedOperations ?? 0) > 0;
    };
    for (let round = 0; round < 40; round += 1) await regions.write(50);
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(EXACTLY_ONCE);
    expect(shippers.map(takesPart)).toEqual([true, true]);
    const { duplicates, gaps } = regions.receiver.stats();
    expect(duplicates + gaps).toBeGreaterThan(0);
  });

  it('hands over to a new shipper in the middle of its work', async () => {
    await using regions = await startTwoRegions();
    for (let round = 0; round < 8; round += 1) {
      const shipper = regions.ship();
      const before = regions.applier.batches;
      await regions.write(100);
      await expect.poll(() => regions.applier.batches).toBeGreaterThan(before);
      await shipper.close();
    }
    regions.ship();
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(EXACTLY_ONCE);
  });

  it('survives connections to the receiver that are cut, reset and dead', async () => {
    await using regions = await startTwoRegions();
    await using proxy = await startFaultProxy({ to: regions.server.address });
    const shipper = regions.ship({ address: proxy.address, timeoutMs: 150 });
    proxy.delay({ upMs: 3, downMs: 3 });
    for (let round = 0; round < 20; round += 1) {
      const before = attempts(shipper);
      await regions.write(40);
      if (round % 2 === 0) proxy.cut();
      else proxy.reset();
      await expect.poll(() => attempts(shipper), { interval: 5 }).toBeGreaterThan(before);
    }
    proxy.halfOpen();
    await regions.write(40);
    await expect.poll(() => shipper.status()[0]?.connected).toBe(false);
    await expect.poll(() => shipper.status()[0]?.lagMs).toBeGreaterThan(100);
    await proxy.heal();
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(EXACTLY_ONCE);
  });

  it.each(['up', 'down'] as const)('applies and confirms nothing that was damaged on the way %s', async (direction) => {
    await using regions = await startTwoRegions();
    await using proxy = await startFaultProxy({ to: regions.server.address });
    const shipper = regions.ship({ address: proxy.address, timeoutMs: 150 });
    for (let round = 0; round < 30; round += 1) {
      // Every part of an exchange is hit: request line, headers and body of a first batch, and of its answer.
      proxy.corruptByte({ direction, offset: 7 + round * (direction === 'up' ? 23 : 9) });
      proxy.cut();
      const before = attempts(shipper);
      await regions.write(40);
      // One at least: a batch whose answer was damaged is found applied by the next question, and not sent again.
      await expect.poll(() => attempts(shipper), { interval: 5 }).toBeGreaterThan(before);
      await proxy.heal();
    }
    await regions.converge();
    await expect.poll(() => damage(regions)).toEqual(EXACTLY_ONCE);
    expect(shipper.status()[0]?.failures).toBeGreaterThan(10);
  });

  it('says that Redis lost the end of the journal, trims nothing meanwhile, and ships what is written after that', async () => {
    await using regions = await startTwoRegions();
    const shipper = regions.ship();
    await regions.write(100);
    await regions.converge();
    await regions.eastClient.flushall();
    await expect.poll(() => shipper.status()[0]).toMatchObject({ tailLosses: 1 });
    await regions.write(100);
    await regions.converge();
    await expect.poll(() => shipper.status()[0]).toMatchObject({ tailLosses: 1, queuedOperations: 0 });
    expect(shipper.status()[0]).not.toHaveProperty('lastError');
    const { restoredBlocks, lostBlocks } = regions.journal.stats();
    expect({ restoredBlocks, lostBlocks }).toEqual({ restoredBlocks: 10, lostBlocks: 0 });
  });
});
