import { describe, expect, it } from 'vitest';

import { shardOf } from '../src/operation/shard-of.ts';

describe('shardOf', () => {
  it('is the same for ever, since stored operations depend on it', () => {
    const shards = ['a', 'user:7', 'key-1', 'key-2', '\u{1F600}'].map((key) => shardOf(Buffer.from(key), 16));
    expect(shards).toEqual([3, 4, 7, 1, 10]);
    expect(shardOf(Buffer.from([0xff, 0, 0x80]), 16)).toBe(5);
  });

  it.each([1, 2, 3, 16, 100])('spreads keys that differ in one number evenly over %i shards', (shards) => {
    const counts = Array.from({ length: shards }, () => 0);
    for (let n = 0; n < 1000 * shards; n += 1) {
      const shard = shardOf(Buffer.from(`user:${n}`), shards);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });
});
