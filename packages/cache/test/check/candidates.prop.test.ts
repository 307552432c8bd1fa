import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createCandidates } from '../../src/check/candidates.ts';
import type { LoadRequest } from '../../src/read/load-request.ts';

const requestOf = (key: string): LoadRequest => ({ key }) as LoadRequest;
const step = fc.oneof(
  fc.record({ kind: fc.constant('offer' as const), key: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ kind: fc.constant('drop' as const), key: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ kind: fc.constant('pick' as const), key: fc.integer({ min: 1, max: 12 }) }),
);

describe('candidates', () => {
  it('are bounded, each there once, and only what was offered and not dropped', () => {
    fc.assert(
      fc.property(
        fc.array(step),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        (steps, dice) => {
          let rolls = 0;
          const candidates = createCandidates(8, () => dice[rolls++ % dice.length]!);
          const offered = new Set<string>();
          const picks: { wanted: number; keys: string[] }[] = [];
          for (const { kind, key } of steps) {
            if (kind === 'offer') {
              candidates.offer(requestOf(`${key}`));
              offered.add(`${key}`);
            } else if (kind === 'drop') {
              candidates.drop(`${key}`);
              offered.delete(`${key}`);
            } else {
              picks.push({ wanted: Math.min(key, candidates.size), keys: candidates.pick(key).map((one) => one.key) });
            }
            const strangers = picks.at(-1)?.keys.filter((picked) => kind === 'pick' && !offered.has(picked));
            expect(strangers ?? []).toEqual([]);
            expect(candidates.size).toBeLessThanOrEqual(Math.min(8, offered.size));
          }
          for (const { wanted, keys } of picks) expect([keys.length, new Set(keys).size]).toEqual([wanted, wanted]);
        },
      ),
    );
  });

  it('are picked about equally often', () => {
    const candidates = createCandidates(10, Math.random);
    for (let key = 0; key < 10; key++) candidates.offer(requestOf(`${key}`));
    const times = new Map<string, number>();
    for (let round = 0; round < 5000; round++) {
      for (const { key } of candidates.pick(2)) times.set(key, (times.get(key) ?? 0) + 1);
    }
    // 1,000 each, give or take 28; seven times that does not happen.
    expect(Math.min(...times.values())).toBeGreaterThan(800);
    expect(Math.max(...times.values())).toBeLessThan(1200);
  });
});
