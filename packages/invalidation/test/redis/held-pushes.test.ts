import { describe, expect, it } from 'vitest';

import { createHeldPushes } from '../../src/redis/held-pushes.ts';

const entry = (sequence: number, body = 'b') => ({ at: { epoch: 'e', sequence }, body });

describe('held pushes', () => {
  it('are handed over in their order, once', () => {
    const held = createHeldPushes();
    const taken: number[] = [];
    const take = ({ sequence }: { sequence: number }): boolean => taken.push(sequence) > 0;
    held.hold(entry(1));
    held.hold(entry(2));
    expect(held.drain(take)).toBe(true);
    expect(held.drain(take)).toBe(true);
    expect(taken).toEqual([1, 2]);
  });

  it('stop at the first that has no place, and say so', () => {
    const held = createHeldPushes();
    for (const sequence of [1, 3, 4]) held.hold(entry(sequence));
    const asked: number[] = [];
    expect(held.drain(({ sequence }) => asked.push(sequence) < 2)).toBe(false);
    expect(asked).toEqual([1, 3]);
    expect(held.drain(() => false)).toBe(true);
  });

  it('are at most a thousand, and a mebibyte', () => {
    const held = createHeldPushes();
    for (let i = 0; i < 1500; i++) held.hold(entry(i));
    let count = 0;
    held.drain(() => ++count > 0);
    expect(count).toBe(1000);
    count = 0;
    for (let i = 0; i < 30; i++) held.hold(entry(i, 'x'.repeat(100_000)));
    held.drain(() => ++count > 0);
    expect(count).toBe(10);
  });
});
