import { setTimeout as pause } from 'node:timers/promises';

import { systemClock } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { journalKeys } from '../src/journal/journal-keys.ts';
import { OwnedConnection } from '../src/owned-connection.ts';
import { JournalFollower } from '../src/shipper/journal-follower.ts';
import { PendingEntries } from '../src/shipper/pending-entries.ts';
import { startTwoRegions } from './two-regions.ts';

const WRITES = 2000;

describe('JournalFollower', () => {
  it('reads little more than a batch while nothing gets through, and all of it afterwards', async () => {
    await using regions = await startTwoRegions();
    await regions.write(WRITES);
    const pending = new PendingEntries({ maxBatchOperations: 50, maxBatchBytes: 1024 * 1024 });
    await using connection = new OwnedConnection({ client: regions.eastClient, clock: systemClock });
    const stop = new AbortController();
    let isStuck = true;
    let read = 0;
    const follower = new JournalFollower({
      stream: journalKeys('east', 0).stream,
      connection,
      pending,
      maxAheadBytes: 64 * 1024 * 1024,
      isStuck: () => isStuck,
      standsBy: () => false,
      blockMs: 100,
      lingerMs: 0,
      timeoutMs: 2000,
      retry: { minMs: 10, maxMs: 100 },
      clock: systemClock,
      onRead: (entries) => {
        for (const { operations } of entries) read += operations;
      },
      onOutcome: () => {},
    });
    const running = follower.run(stop.signal);
    follower.nudge();
    await expect.poll(() => pending.nextBatch()?.isFull).toBe(true);
    follower.nudge();
    await pause(200);
    expect(read).toBeLessThan(WRITES / 2);
    isStuck = false;
    follower.nudge();
    await expect.poll(() => read).toBe(WRITES);
    stop.abort();
    await running;
  });

  it('lets more come together while the process is busy', async () => {
    await using regions = await startTwoRegions();
    await regions.write(1);
    await using connection = new OwnedConnection({ client: regions.eastClient, clock: systemClock });
    const stop = new AbortController();
    const readAt: number[] = [];
    const follower = new JournalFollower({
      stream: journalKeys('east', 0).stream,
      connection,
      pending: new PendingEntries({ maxBatchOperations: 50, maxBatchBytes: 1024 * 1024 }),
      maxAheadBytes: 64 * 1024 * 1024,
      isStuck: () => false,
      standsBy: () => false,
      blockMs: 100,
      lingerMs: 1,
      load: () => 1,
      timeoutMs: 2000,
      retry: { minMs: 10, maxMs: 100 },
      clock: systemClock,
      onRead: (entries) => {
        if (entries.length > 0) readAt.push(performance.now());
      },
      onOutcome: () => {},
    });
    const running = follower.run(stop.signal);
    follower.nudge();
    // How large an entry is it learns from the first ones, which it reads one by one.
    for (let more = 0; more < 10; more += 1) {
      await expect.poll(() => readAt.length, { interval: 2 }).toBeGreaterThan(more);
      await regions.write(1);
    }
    const pauses = readAt.slice(1).map((at, index) => at - readAt[index]!);
    stop.abort();
    await running;
    expect(Math.max(...pauses)).toBeGreaterThan(90);
  });
});
