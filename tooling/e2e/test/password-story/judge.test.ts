import { beforeEach, describe, expect, it } from 'vitest';

import { Judge } from './judge.ts';

let judge: Judge;
beforeEach(() => {
  judge = new Judge(1000);
  judge.confirm({ region: 'east', user: 'e1', version: 2, sentAt: 90, confirmedAt: 100 });
});

const read = (region: string, version: number, lastBeganAt: number): void =>
  judge.accept({ region, service: `${region} 1`, user: 'e1', version, lastBeganAt });

describe('the judge of the password story', () => {
  it('condemns an old token that is accepted in the region after the change was confirmed', () => {
    read('east', 1, 100);
    read('east', 2, 200);
    expect(judge.verdict()).toEqual([]);
    read('east', 1, 100.5);
    expect(judge.verdict()).toEqual(['east 1 accepted e1.1 of east 0.5 ms after e1.2 ended it']);
  });

  it('condemns an old token that is accepted in another region beyond the bound after its log had the change', () => {
    // An earlier change of the same user.
    judge.hear('west', 'e1', 50);
    judge.hear('west', 'e1', 130);
    read('west', 1, 1130);
    expect(judge.verdict()).toEqual([]);
    read('west', 1, 1131);
    expect(judge.verdict()).toEqual(['west 1 accepted e1.1 of east 1.0 ms after e1.2 ended it']);
  });

  it('measures the lag, and for how long the old token was accepted', () => {
    const [change] = judge.changes;
    expect(judge.lagMs(change!, 'west')).toBe(Infinity);
    judge.hear('west', 'e1', 130);
    read('west', 1, 95);
    expect(judge.acceptedForMs(change!, 'west')).toBe(0);
    read('west', 1, 125);
    read('west', 1, 94);
    expect([judge.lagMs(change!, 'west'), judge.acceptedForMs(change!, 'west')]).toEqual([30, 25]);
  });
});
