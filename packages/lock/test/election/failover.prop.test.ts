import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { createMemoryLockDriver, createLocks, createMemoryLockSpace } from '../../src/index.ts';
import { createManualClock } from '../manual-clock.ts';
import { untilStopped } from './election-space.ts';

const BEYOND_MS = 25;

it('has a new leader 25 ms after the rest of the period of one that died, whenever it died', async () => {
  const cases = fc.record({
    ttlMs: fc.integer({ min: 200, max: 20_000 }),
    candidates: fc.integer({ min: 1, max: 4 }),
    ranMs: fc.integer({ min: 0, max: 20_000 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ ttlMs, candidates, ranMs, seed }) => {
      const clock = createManualClock();
      const space = createMemoryLockSpace({ clock, schedule: queueMicrotask });
      let state = seed;
      const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      const open = () => {
        const driver = createMemoryLockDriver({ space, random });
        return { driver, locks: createLocks({ driver, clock, random, onError: () => undefined }) };
      };
      const elect = ({ locks }: ReturnType<typeof open>) => locks.elect('job', { ttlMs, onElected: untilStopped });
      const dying = open();
      const first = elect(dying);
      await clock.advance(0);
      const others = Array.from({ length: candidates }, () => elect(open()));
      await clock.advance(ranMs);
      expect(first.isLeader()).toBe(true);
      const { ttlMs: restMs } = (await dying.locks.inspect('election:job'))!;
      // Killed: it says nothing any more, and hears nothing.
      await dying.driver.close();
      await clock.advance(restMs - 1);
      expect(others.some((other) => other.isLeader())).toBe(false);
      await clock.advance(1 + BEYOND_MS);
      expect(others.filter((other) => other.isLeader())).toHaveLength(1);
    }),
    { numRuns: 60 },
  );
});
