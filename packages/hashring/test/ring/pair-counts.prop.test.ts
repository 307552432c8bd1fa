import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cycleSpace, type HashSpace, tabulatedSpace } from '../../src/ring/hash-space.ts';
import { countPairs } from '../../src/ring/pair-counts.ts';

const BITS = 9;
const SIZE = 2 ** BITS;

const cycle = fc
  .array(fc.nat({ max: 4 }), { minLength: 1, maxLength: SIZE + 40 })
  .map((owners) => cycleSpace('test', BITS, owners));
/** Segments of an owner each; of random length, and now and then many of one value. */
const segments = fc
  .array(fc.tuple(fc.nat({ max: 4 }), fc.oneof(fc.constant(1), fc.nat({ max: 200 }))), { minLength: 1, maxLength: 60 })
  .map((parts) => {
    const owners = parts.flatMap(([owner, length]) => Array.from({ length }, () => owner));
    return tabulatedSpace('test', BITS, (value) => owners[value] ?? 4);
  });
const space = fc.oneof(cycle, segments);

/** The owner of one value, found in the plainest way. */
function ownerOf({ kind, starts, owners }: HashSpace, value: number): number {
  return kind === 'cycle' ? owners[value % owners.length]! : owners[starts.findLastIndex((start) => start <= value)]!;
}

describe('countPairs', () => {
  it('counts what asking for every single value counts, whatever kinds the spaces are of', () => {
    fc.assert(
      fc.property(space, space, (a, b) => {
        const counted = new Map<string, number>();
        const expected = new Map<string, number>();
        const add = (counts: Map<string, number>, pair: string, count: number): void => {
          counts.set(pair, (counts.get(pair) ?? 0) + count);
        };
        expect(countPairs(a, b, (ofA, ofB, count) => add(counted, `${ofA} ${ofB}`, count))).toBe(true);
        for (let value = 0; value < SIZE; value++) add(expected, `${ownerOf(a, value)} ${ownerOf(b, value)}`, 1);
        expect(counted).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('does not begin what would take too long', () => {
    const refuse = (): never => expect.unreachable();
    const some = cycleSpace('test', 32, new Uint32Array(20_011));
    expect(countPairs(some, cycleSpace('test', 32, new Uint32Array(20_021)), refuse)).toBe(false);
    const many = tabulatedSpace('test', 12, (value) => value);
    expect(countPairs({ ...many, size: 2 ** 32 }, some, refuse)).toBe(false);
  });
});
