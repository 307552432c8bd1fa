import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { deadlineOf, remainingOf } from '../../src/lease/lease-deadline.ts';
import { momentOf } from '../../src/lease/moment.ts';
import { createManualClock } from '../manual-clock.ts';

const step = fc.oneof(
  fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: 0, max: 5000 }) }),
  fc.record({ kind: fc.constant('wall'), ms: fc.integer({ min: -10_000, max: 10_000 }) }),
);

describe('the deadline of a lease', () => {
  it('is earlier than the end of the period by 1 % and 2 ms', () => {
    expect(deadlineOf({ monotonic: 5, wall: 100 }, 1000)).toEqual({ monotonic: 993, wall: 1088 });
  });

  it('never holds beyond the period on either clock, whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 10_000 }), fc.array(step, { maxLength: 20 }), (ttlMs, steps) => {
        const clock = createManualClock();
        const sent = momentOf(clock);
        const deadline = deadlineOf(sent, ttlMs);
        for (const { kind, ms } of steps) {
          if (kind === 'pass') clock.freeze(ms);
          else clock.stepWall(ms);
          const passedMs = Math.max(clock.monotonic() - sent.monotonic, clock.now() - sent.wall);
          expect(remainingOf(deadline, clock)).toBeCloseTo(ttlMs * 0.99 - 2 - passedMs, 3);
        }
      }),
    );
  });
});
