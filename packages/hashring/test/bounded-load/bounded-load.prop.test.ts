import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBoundedLoad, createRing, type Ring, type RingOptions } from '../../src/index.ts';

const subjects: readonly RingOptions[] = [
  { algorithm: 'ketama' },
  { algorithm: 'maglev', tableSize: 251 },
  { algorithm: 'memento' },
  { algorithm: 'rendezvous' },
];
const nodes = (count: number): { readonly host: string }[] =>
  Array.from({ length: count }, (_, index) => ({ host: `node-${index}` }));
const factors = fc.oneof(fc.double({ min: 1.01, max: 3, noNaN: true }), fc.constantFrom(1 + 2 ** -52, 1.25, 100));

describe.each(subjects)('a bounded load on %o', (options) => {
  it('takes every key, and no node goes beyond its capacity', () => {
    const steps = fc.array(
      fc.oneof({ weight: 3, arbitrary: fc.string({ maxLength: 3 }) }, { weight: 1, arbitrary: fc.nat() }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), factors, steps, (count, factor, events) => {
        const ring: Ring = createRing(nodes(count), options);
        const bounded = createBoundedLoad(ring, { factor });
        const taken: number[] = [];
        for (const event of events) {
          if (typeof event === 'number') {
            if (taken.length > 0) bounded.release(taken.splice(event % taken.length, 1)[0]!);
            continue;
          }
          const capacities = bounded.capacities();
          const before = [...bounded.loads];
          const node = bounded.acquire(event);
          taken.push(node);
          expect(bounded.loads[node]).toBe(before[node]! + 1);
          expect(bounded.loads[node]).toBeLessThanOrEqual(capacities[node]!);
          expect(capacities[node]).toBe(Math.ceil((factor * taken.length) / count));
          // The first of its preferences with room.
          expect(node).toBe(ring.replicas(event, count).find((each) => before[each]! < capacities[each]!));
        }
        expect(bounded.loads.reduce((sum, load) => sum + load, 0)).toBe(taken.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('createBoundedLoad', () => {
  it('leaves keys where they are as long as no node has too many', () => {
    const ring = createRing(nodes(5), { algorithm: 'rendezvous' });
    const bounded = createBoundedLoad(ring, { factor: 1000 });
    for (let i = 0; i < 1000; i++) expect(bounded.acquire(`key:${i}`)).toBe(ring.pick(`key:${i}`));
  });

  it('spreads a single hot key over the nodes', () => {
    const bounded = createBoundedLoad(createRing(nodes(100), { algorithm: 'rendezvous' }));
    for (let i = 0; i < 1000; i++) bounded.acquire('hot');
    expect(Math.max(...bounded.loads)).toBe(13);
    expect(bounded.loads.filter((load) => load > 0).length).toBeGreaterThanOrEqual(1000 / 13);
  });

  it('gives each node a capacity by its weight, and none to weight 0', () => {
    const weighted = [3, 1, 0, 4].map((weight, index) => ({ host: `node-${index}`, weight }));
    const bounded = createBoundedLoad(createRing(weighted, { algorithm: 'weighted-rendezvous' }), { factor: 1.5 });
    for (let i = 0; i < 799; i++) bounded.acquire('hot');
    expect(bounded.capacities()).toEqual([450, 150, 0, 600]);
    expect(bounded.loads[2]).toBe(0);
  });

  it('takes weights whose sum is beyond the largest number', () => {
    const weighted = [1e308, 1e308, 1e308].map((weight, index) => ({ host: `node-${index}`, weight }));
    const bounded = createBoundedLoad(createRing(weighted, { algorithm: 'weighted-rendezvous' }));
    for (let i = 0; i < 30; i++) bounded.acquire('hot');
    expect(Math.max(...bounded.loads)).toBe(13);
  });

  it('gives ejected nodes nothing', () => {
    const ring = createRing(nodes(4), { algorithm: 'ketama' }).eject([1, 2]);
    const bounded = createBoundedLoad(ring);
    for (let i = 0; i < 100; i++) bounded.acquire(`key:${i}`);
    expect(bounded.loads[1]! + bounded.loads[2]!).toBe(0);
    expect(bounded.loads[0]! + bounded.loads[3]!).toBe(100);
    expect(Math.max(...bounded.loads)).toBeLessThanOrEqual(63);
  });

  it('releases by node or by index, and refuses what was not acquired', () => {
    const bounded = createBoundedLoad(createRing(nodes(2), { algorithm: 'rendezvous' }));
    const node = bounded.acquire('key');
    bounded.release({ host: `node-${node}` });
    expect(bounded.loads).toEqual([0, 0]);
    expect(() => bounded.release(node)).toThrow(new RangeError(`node ${node} has no load to release`));
    expect(() => bounded.release(2)).toThrow(new RangeError('the ring has no node 2, only 0 to 1'));
  });

  it.each([1, 0, -1, NaN, Infinity])('refuses a factor of %d', (factor) => {
    const ring = createRing(nodes(2), { algorithm: 'rendezvous' });
    expect(() => createBoundedLoad(ring, { factor })).toThrow('factor of bounded load must be a finite number above 1');
  });

  it('refuses nodes of which none has a weight', () => {
    const ring = createRing(
      nodes(2).map((node) => ({ ...node, weight: 0 })),
      { algorithm: 'ketama' },
    );
    expect(() => createBoundedLoad(ring)).toThrow(new RangeError('a bounded load needs a node whose weight is not 0'));
  });
});
