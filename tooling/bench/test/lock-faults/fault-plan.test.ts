import { describe, expect, it } from 'vitest';

import { planFaults } from '../../src/lock-faults/fault-plan.ts';
import { stories } from '../../src/lock-faults/story.ts';

const options = { durationMs: 15_000, ttlMs: 1500 };
const seeds = Array.from({ length: 50 }, (_, index) => index + 1);

describe.each(stories.map((story) => [story.name, story] as const))('the plan of faults, %s', (_, story) => {
  const planOf = (seed: number) => planFaults({ ...options, ...story, seed });

  it('is the same for the same seed and another one for the next', () => {
    expect(planOf(3)).toEqual(planOf(3));
    expect(new Set(seeds.map((seed) => JSON.stringify(planOf(seed)))).size).toBe(seeds.length);
  });

  it('ends within its time, whatever the seed', () => {
    for (const plan of seeds.map(planOf)) {
      let startedAt = 0;
      for (const { afterMs, lastsMs } of plan) {
        startedAt += afterMs;
        expect(startedAt + lastsMs).toBeLessThanOrEqual(options.durationMs);
      }
      expect(plan.length).toBeGreaterThan(3);
    }
  });

  it('has every kind of fault in ten seeds, and aims as often as it should', () => {
    const faults = seeds.slice(0, 10).flatMap(planOf);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(story.kinds));
    const aimed = faults.filter(({ isAimed }) => isAimed).length / faults.length;
    expect(Math.abs(aimed - story.aim)).toBeLessThan(0.15);
  });
});
