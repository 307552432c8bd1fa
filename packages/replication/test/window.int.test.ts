import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { set } from './operations.ts';
import { startTwoRegions } from './two-regions.ts';

describe('the window of a shipper', () => {
  it.each([1, 6])('has at most %i batches of a shard on their way, and several in a backlog', async (maxWindow) => {
    await using regions = await startTwoRegions();
    await regions.write(400);
    let [now, most] = [0, 0];
    regions.server.intercept = async (handle) => {
      now += 1;
      most = Math.max(most, now);
      // As far away as another continent.
      await pause(40);
      const answer = await handle();
      now -= 1;
      return answer;
    };
    regions.ship({ maxWindow, maxBatchOperations: 10 });
    await regions.converge();
    expect(most).toBeLessThanOrEqual(maxWindow);
    expect(most).toBeGreaterThanOrEqual(Math.min(maxWindow, 3));
    expect(regions.applier.backwardSteps()).toBe(0);
    // The state is there a moment before the last batch is counted.
    await expect
      .poll(() => regions.receiver.stats())
      .toMatchObject({ receivedOperations: 400, gaps: 0, duplicates: 0 });
  });

  it('gives the window up when a batch of it fails, and sends it again from there', async () => {
    await using regions = await startTwoRegions();
    await regions.write(600);
    let request = 0;
    regions.server.intercept = async (handle) => {
      request += 1;
      if (request % 9 === 0) return { status: 503, headers: {}, body: '' };
      await pause(20);
      return handle();
    };
    const shipper = regions.ship({ maxBatchOperations: 10 });
    await regions.converge();
    expect(regions.applier.backwardSteps()).toBe(0);
    expect(shipper.status()[0]?.failures).toBeGreaterThan(2);
  });

  it('sends no more than it may in a second', async () => {
    await using regions = await startTwoRegions();
    const noise = (): string => Array.from({ length: 1000 }, () => Math.random().toString(36).slice(2, 12)).join('');
    await Promise.all(Array.from({ length: 20 }, (_, n) => regions.journal.append(set(`key-${n}`, noise()))));
    const started = performance.now();
    const shipper = regions.ship({ maxBatchOperations: 1, maxBytesPerSecond: 100_000 });
    await expect.poll(() => regions.applier.state.size).toBe(20);
    // 200 kB of which about a third can be saved, the allowance at rest, and a window that was let go before.
    expect(performance.now() - started).toBeGreaterThan(500);
    await expect.poll(() => shipper.status()[0]?.queuedOperations).toBe(0);
  });
});
