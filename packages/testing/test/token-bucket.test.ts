import { describe, expect, it } from 'vitest';

import { TokenBucket } from '../src/token-bucket.ts';

describe('TokenBucket', () => {
  it('lets a twentieth of a second pass at once and then the rate', () => {
    let now = 0;
    const bucket = new TokenBucket(1000, () => now);
    expect(bucket.take(10_000)).toBe(50);
    expect(bucket.take(10_000)).toBe(0);
    now = 20;
    expect(bucket.take(10_000)).toBe(20);
  });

  it('saves up no more than that while nobody takes', () => {
    let now = 0;
    const bucket = new TokenBucket(1000, () => now);
    now = 60_000;
    expect(bucket.take(10_000)).toBe(50);
  });

  it('says how long the next byte takes, also at less than a byte per second', () => {
    let now = 0;
    const bucket = new TokenBucket(0.5, () => now);
    expect(bucket.take(5)).toBe(1);
    expect(bucket.take(5)).toBe(0);
    expect(bucket.waitMs()).toBe(2000);
    now = 2000;
    expect(bucket.take(5)).toBe(1);
  });
});
