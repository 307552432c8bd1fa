import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { retryDelay } from '../../src/queue/retry-delay.ts';

describe('the delay before the next attempt', () => {
  it('doubles up to its bound, with half of it random', () => {
    const backoff = { minMs: 100, maxMs: 1000, factor: 2 };
    const delays = (random: number): number[] => [1, 2, 3, 4, 5].map((n) => retryDelay(n, backoff, () => random));
    expect(delays(0)).toEqual([50, 100, 200, 400, 500]);
    expect(delays(0.5)).toEqual([75, 150, 300, 600, 750]);
  });

  it('lies between half of the ceiling and the ceiling, whatever the numbers', () => {
    const numbers = fc.record({
      failures: fc.integer({ min: 1, max: 10_000 }),
      minMs: fc.integer({ min: 1, max: 10_000 }),
      above: fc.integer({ min: 0, max: 100_000 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(numbers, ({ failures, minMs, above, factor, random }) => {
        const maxMs = minMs + above;
        const delay = retryDelay(failures, { minMs, maxMs, factor }, () => random);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(minMs / 2));
        expect(delay).toBeLessThanOrEqual(maxMs);
      }),
    );
  });
});
