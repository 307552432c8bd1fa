import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ModelledRoom, type Step } from './room-model.ts';

const verbs: readonly Step['verb'][] = ['get', 'getFresh', 'setUntil', 'delete', 'clear', 'empty'];
const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.oneof(
    { weight: 4, arbitrary: fc.constant('set' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...verbs) },
  ),
  region: fc.nat(2),
  id: fc.nat(12).map((n) => `id ${n}`),
  until: fc.nat(9),
  weight: fc.nat(7),
});
const steps = fc.array(step, { maxLength: 120 });
const maxEntries = fc.integer({ min: 1, max: 9 });

describe('three stores of a room', () => {
  it('answer as a Map does from which goes what they say was pushed out', () => {
    const bounds = fc.record({ maxEntries, maxWeight: fc.constantFrom(1, 5, 10, 20, Infinity) });
    fc.assert(
      fc.property(bounds, steps, (limits, calls) => {
        const both = new ModelledRoom(limits);
        for (const call of calls) {
          const [actual, expected] = both.take(call);
          expect(actual).toBe(expected);
        }
        expect(both.wrong).toEqual([]);
        for (const [region, store] of both.stores.entries()) {
          const entries = [...store.keys()].map((id) => [id, [store.get(id), store.untilOf(id), store.metaOf(id)]]);
          const model = [...both.models[region]!].map(([id, { value, until, meta }]) => [id, [value, until, meta]]);
          expect(Object.fromEntries(entries)).toEqual(Object.fromEntries(model));
          expect(store.size).toBe(model.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never exceed the bounds together, and know what they hold and what it weighs', () => {
    const bounds = fc.record({ maxEntries, maxWeight: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(bounds, steps, (limits, calls) => {
        const both = new ModelledRoom(limits);
        for (const call of calls) {
          both.take(call);
          const { room, held } = both;
          expect(room.size).toBe(held.length);
          expect(room.weight).toBe(held.reduce((sum, { weight }) => sum + weight, 0));
          expect(room.size).toBeLessThanOrEqual(limits.maxEntries);
          expect(room.weight).toBeLessThanOrEqual(limits.maxWeight);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('push nothing out while there is room', () => {
    fc.assert(
      fc.property(maxEntries, steps, (limit, calls) => {
        const both = new ModelledRoom({ maxEntries: limit });
        for (const call of calls) {
          const wasFull = both.room.size === limit;
          const before = both.evicted;
          both.take(call);
          expect(both.evicted - before).toBeLessThanOrEqual(wasFull ? 1 : 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
