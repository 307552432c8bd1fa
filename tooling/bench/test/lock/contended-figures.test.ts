import { describe, expect, it } from 'vitest';

import { contendedFigures } from '../../src/lock/contended.ts';
import { percentile } from '../../src/lock/percentile.ts';

/** Turns of 8 ms every 10 ms by waiters in this order; each asked 20 ms before. */
const turnsOf = (waiters: string) =>
  waiters.split('').map((waiter, index) => {
    const beganAt = index * 10;
    return { waiter, askedAt: beganAt - 20, beganAt, endedAt: beganAt + 8 };
  });
const options = { warmUpMs: 0, commands: 24, waiters: 2 };

describe('contendedFigures', () => {
  it('counts turns, commands and the time between the turns of different waiters', () => {
    expect(contendedFigures(turnsOf('abababab'), options)).toEqual({
      acquisitionsPerSecond: 8 / 0.078,
      unfairness: 1,
      commandsPerAcquisition: 3,
      handOffMedianMs: 2,
      handOff99Ms: 2,
      longestWaitMs: 20,
    });
  });

  it('says how unfair it was, also of a waiter that had no turn', () => {
    expect(contendedFigures(turnsOf('aaabaaab'), options).unfairness).toBe(3);
    expect(contendedFigures(turnsOf('aaaa'), options).unfairness).toBe(Infinity);
  });

  it('leaves out the turns of the warm-up, but not their commands', () => {
    const found = contendedFigures(turnsOf('aaaabbab'), { ...options, warmUpMs: 40 });
    expect(found).toMatchObject({ unfairness: 3, commandsPerAcquisition: 3 });
  });
});

describe('percentile', () => {
  it('is the value that a share of all values is not above', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 3, 5, 5]);
    expect(percentile([], 0.5)).toBeNaN();
  });
});
