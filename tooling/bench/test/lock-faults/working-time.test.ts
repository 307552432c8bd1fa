import { describe, expect, it } from 'vitest';

import type { Effect } from '../../src/lock-faults/history.ts';
import { type Span, workingTime } from '../../src/lock-faults/working-time.ts';

const pace = { handOffMs: 20, stallMs: 50 };
const at = (session: string, ...times: readonly number[]): Effect[] =>
  times.map((time) => ({ worker: 0, session, token: undefined, at: time }));
const shares = (effects: readonly Effect[], owed: readonly Span[] = []): [number, number] => {
  const { working, owed: share } = workingTime(effects, { from: 0, to: 100 }, pace, owed);
  return [Math.round(working * 100), Math.round(share * 100)];
};

describe('workingTime', () => {
  it('counts from each effect to the next, but no longer than a stall', () => {
    expect(shares(at('a', 0, 10, 60, 90))).toEqual([100, 0]);
    expect(shares(at('a', 0, 90))).toEqual([60, 0]);
    expect(shares([])).toEqual([0, 0]);
  });

  it('counts less of the time between two acquisitions, and nothing after the end', () => {
    expect(shares([...at('a', 0, 10), ...at('b', 90)])).toEqual([40, 0]);
    expect(shares(at('a', 0, 10, 150))).toEqual([30, 0]);
  });

  it('counts as owed what a holder that was hit kept, where nobody worked, and nothing of it twice', () => {
    const effects = [...at('a', 0, 10), ...at('b', 90)];
    // Nobody works from 30 to 90.
    expect(shares(effects, [{ from: 12, to: 50 }])).toEqual([40, 20]);
    expect(
      shares(effects, [
        { from: 40, to: 60 },
        { from: 50, to: 70 },
        { from: 80, to: 300 },
      ]),
    ).toEqual([40, 40]);
  });
});
