import type { Clock } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createHorizon, momentOf } from '../src/horizon.ts';

function setup(shards: number) {
  const time = { monotonic: 1000, wall: 50_000 };
  const clock: Clock = {
    monotonic: () => time.monotonic,
    now: () => time.wall,
    setTimer: () => ({ cancel: () => {} }),
  };
  const pass = (monotonicMs: number, wallMs = monotonicMs): void => {
    time.monotonic += monotonicMs;
    time.wall += wallMs;
  };
  return { clock, pass, horizon: createHorizon(shards, clock) };
}

describe('a horizon', () => {
  it('is that of the shard that was heard longest ago', () => {
    const { clock, pass, horizon } = setup(2);
    horizon.move(0, momentOf(clock));
    expect([horizon.ageMs(), horizon.at()]).toEqual([Infinity, -Infinity]);
    pass(10);
    horizon.move(1, momentOf(clock));
    pass(5);
    expect([horizon.ageMs(), horizon.at()]).toEqual([15, 1000]);
  });

  it('never moves back', () => {
    const { clock, pass, horizon } = setup(1);
    const early = momentOf(clock);
    pass(10);
    horizon.move(0, momentOf(clock));
    horizon.move(0, early);
    expect(horizon.ageMs()).toBe(0);
  });

  it('counts the time for which a machine was suspended, and is not made younger by a clock that is set back', () => {
    const { clock, pass, horizon } = setup(1);
    horizon.move(0, momentOf(clock));
    pass(10, 3_600_000);
    expect(horizon.ageMs()).toBe(3_600_000);
    pass(10, -7_200_000);
    expect(horizon.ageMs()).toBe(20);
  });

  it('is gone for good once dropped', () => {
    const { clock, horizon } = setup(1);
    horizon.move(0, momentOf(clock));
    horizon.drop();
    horizon.move(0, momentOf(clock));
    expect([horizon.ageMs(), horizon.at()]).toEqual([Infinity, -Infinity]);
  });
});
