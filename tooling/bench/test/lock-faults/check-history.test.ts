import { describe, expect, it } from 'vitest';

import { checkHistory } from '../../src/lock-faults/check-history.ts';
import type { Effect } from '../../src/lock-faults/history.ts';
import { seededRandom } from '../../src/cache-faults/seeded-random.ts';

/** Effects of acquisitions that had the lock one after the other, so many each, every 10 ms. */
function oneAfterTheOther(counts: readonly number[]): Effect[] {
  let at = 0;
  return counts.flatMap((count, rank) =>
    Array.from({ length: count }, () => {
      at += 10;
      return { worker: rank % 3, session: `s${rank}`, token: 1000 + rank, at };
    }),
  );
}
const withoutTokens = (effects: readonly Effect[]): Effect[] =>
  effects.map((effect) => ({ ...effect, token: undefined }));
const good = oneAfterTheOther([3, 1, 4, 2]);

describe('checkHistory', () => {
  it('finds nothing in a history of one holder at a time, in whatever order it became known', () => {
    const counts = { effects: 10, sessions: 4, unfairness: 2 };
    const nothing = { ...counts, stale: 0, staleForMs: 0, staleAccepted: 0, disorderedTokens: 0 };
    expect(checkHistory(good)).toEqual(nothing);
    expect(checkHistory(good.toReversed())).toEqual(nothing);
    expect(checkHistory(withoutTokens(good))).toEqual(nothing);
  });

  it('finds each effect of a holder that goes on after the next one began, and for how long', () => {
    // The second one began at 40, the third one at 50.
    const late = [45, 105, 205].map((at) => ({ ...good[0]!, at }));
    expect(checkHistory([...good, ...late])).toMatchObject({ stale: 3, staleForMs: 165, disorderedTokens: 0 });
  });

  it('counts what a resource lets through: nothing stale with tokens, everything without', () => {
    const late = [45, 105].map((at) => ({ ...good[0]!, at }));
    expect(checkHistory([...good, ...late]).staleAccepted).toBe(0);
    expect(checkHistory(withoutTokens([...good, ...late])).staleAccepted).toBe(2);
  });

  it('lets a holder through whose token was given twice', () => {
    const twice = good.map((effect) => ({ ...effect, token: 7 }));
    expect(checkHistory([...twice, { ...twice[0]!, at: 45 }])).toMatchObject({ staleAccepted: 1, disorderedTokens: 3 });
  });

  it('says how unfair it was', () => {
    expect(checkHistory(oneAfterTheOther([1, 1, 1])).unfairness).toBe(1);
    expect(checkHistory(oneAfterTheOther([1, 1, 1, 1, 1].concat([2, 2]))).unfairness).toBe(1.5);
    expect(checkHistory([]).unfairness).toBe(1);
  });

  it('finds a token that is older than that of somebody who came before', () => {
    const swapped = good.map((effect) => (effect.session === 's2' ? { ...effect, token: 1 } : effect));
    expect(checkHistory(swapped).disorderedTokens).toBe(1);
  });
});

/** The definition, word for word: somebody who began later than this one had already acted. */
function isStale(effect: Effect, effects: readonly Effect[]): boolean {
  const beganAt = (session: string): number =>
    Math.min(...effects.filter((one) => one.session === session).map(({ at }) => at));
  const own = beganAt(effect.session);
  return effects.some(({ session }) => beganAt(session) > own && beganAt(session) < effect.at);
}

describe('checkHistory of histories at random', () => {
  it('finds what the definition finds', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const random = seededRandom(seed * 7919);
      const counts = Array.from({ length: 2 + Math.floor(random() * 5) }, () => 1 + Math.floor(random() * 4));
      const clean = oneAfterTheOther(counts);
      // Some act later than they should; the times of all stay different.
      const history = clean.map((effect, index) =>
        random() < 0.15 ? { ...effect, at: effect.at + random() * 100 + index / 1000 } : effect,
      );
      const stale = history.filter((effect) => isStale(effect, history)).length;
      const found = checkHistory(history);
      expect([seed, found.stale, found.staleForMs > 0]).toEqual([seed, stale, stale > 0]);
      expect(checkHistory(clean)).toMatchObject({ stale: 0, disorderedTokens: 0 });
      expect(checkHistory(withoutTokens(history))).toMatchObject({ stale, staleAccepted: stale });
    }
  });
});
