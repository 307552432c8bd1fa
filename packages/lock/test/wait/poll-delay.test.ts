import { describe, expect, it } from 'vitest';

import { pollDelayMs } from '../../src/wait/poll-delay.ts';

describe('pollDelayMs', () => {
  it('asks 1 to 6 ms after the holder should be gone', () => {
    expect(pollDelayMs(1000, 0, 0)).toBe(1001);
    expect(pollDelayMs(1000, 0, 0.999)).toBeCloseTo(1006, 1);
    expect(pollDelayMs(0, 0, 0)).toBe(1);
  });

  it('asks every five seconds at least, and more often at the head of the line', () => {
    expect(pollDelayMs(3_600_000, 3, 0.5)).toBe(5000);
    expect(pollDelayMs(3_600_000, 2, 0.5)).toBe(1500);
  });

  it('does not ask all the time for a lock without an end', () => {
    expect(pollDelayMs(-1, 0, 0)).toBe(101);
  });
});
