import { describe, expect, it } from 'vitest';

import { createBackoff } from '../src/backoff.ts';

describe('createBackoff', () => {
  it('doubles each delay up to the maximum', () => {
    const backoff = createBackoff({ minMs: 100, maxMs: 350, random: () => 1 });
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([100, 200, 350, 350]);
  });

  it('keeps every delay between half of its ceiling and the ceiling', () => {
    const lowest = createBackoff({ minMs: 100, random: () => 0 });
    expect([lowest.next(), lowest.next()]).toEqual([50, 100]);
  });

  it('starts over after a success', () => {
    const backoff = createBackoff({ minMs: 100, random: () => 1 });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it.each([
    [{ minMs: 0 }, /minMs must be positive, got 0/],
    [{ minMs: 10, maxMs: 5 }, /maxMs must be at least minMs \(10\), got 5/],
    [{ factor: 0.5 }, /factor must be at least 1, got 0\.5/],
    [{ minMs: Number.NaN }, /minMs must be positive, got NaN/],
  ])('refuses %j and names the option', (options, message) => {
    expect(() => createBackoff(options)).toThrow(message);
  });
});
