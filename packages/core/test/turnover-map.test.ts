import { describe, expect, it } from 'vitest';

import { TurnoverMap } from '../src/turnover-map.ts';

/** Numbers from 0 up to `end`, the same ones for a seed. */
function numbers(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

describe('a map for what comes and goes', () => {
  it.each([1, 2, 3])('holds what a Map holds, with seed %i', (seed) => {
    const next = numbers(seed);
    const plain = new Map<number, object>();
    const map = new TurnoverMap<number, object>();
    for (let step = 0; step < 6000; step += 1) {
      // Now there are more of them, and now fewer.
      const isSet = next(10) < (Math.floor(step / 1500) % 2 === 0 ? 7 : 3);
      const key = next(1000);
      const value = {};
      const replies = [plain, map].map((one) => (isSet ? one.set(key, value) : one.delete(key)));
      expect(isSet || replies[0] === replies[1]).toBe(true);
      if (next(4000) === 0) {
        plain.clear();
        map.clear();
      }
      expect(map.get(key)).toBe(plain.get(key));
      expect(map.has(key)).toBe(plain.has(key));
      expect(map.size).toBe(plain.size);
    }
    expect(new Map(map.entries())).toEqual(plain);
    expect([...map.values()]).toEqual(Array.from(map.entries(), ([, value]) => value));
  });

  it('is walked through while its entries go', () => {
    const map = new TurnoverMap<number, object>();
    for (let key = 0; key < 2000; key += 1) map.set(key, {});
    const seen: number[] = [];
    for (const [key] of map.entries()) {
      seen.push(key);
      map.delete(key);
      map.delete(key + 1);
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, at) => 2 * at));
    expect(map.size).toBe(0);
  });
});
