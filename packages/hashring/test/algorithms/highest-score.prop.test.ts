import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { highestScore } from '../../src/algorithms/highest-score.ts';
import { createRing, type RingOptions } from '../../src/index.ts';

describe('highestScore', () => {
  const scores = fc.array(fc.constantFrom(0, 1, 2, Infinity), { minLength: 1, maxLength: 6 });

  it.each(['first', 'last'] as const)('takes the %s of equal scores, and orders the others the same way', (ties) => {
    fc.assert(
      fc.property(scores, (values) => {
        const { pick, walk } = highestScore({ nodes: values.length, ties, score: (_key, out) => out.set(values) });
        const order = [...walk('')];
        expect(order[0]).toBe(pick(''));
        expect([...order].sort((a, b) => a - b)).toEqual([...values.keys()]);
        for (const [i, node] of order.slice(1).entries()) {
          const before = order[i]!;
          const later = ties === 'first' ? before < node : before > node;
          expect(values[before]! > values[node]! || (values[before] === values[node] && later)).toBe(true);
        }
      }),
    );
  });
});

const subjects: readonly RingOptions[] = [
  { algorithm: 'rendezvous' },
  { algorithm: 'weighted-rendezvous' },
  { algorithm: 'mcrouter-rendezvous' },
  { algorithm: 'mcrouter-weighted-rendezvous' },
  { algorithm: 'multi-probe' },
  { algorithm: 'multi-probe', probes: 1, hash: 'siphash24' },
];

describe.each(subjects)('%o', (options) => {
  it('orders nodes as they follow when one after another leaves', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(names, fc.string(), (hosts, key) => {
        let ring = createRing(
          hosts.map((host) => ({ host })),
          options,
        );
        const order = ring.replicas(key, hosts.length).map((index) => hosts[index]!);
        expect(new Set(order).size).toBe(hosts.length);
        expect([...ring.sequence(key)].map((index) => hosts[index])).toEqual(order);
        for (const host of order.slice(0, -1)) {
          expect(ring.get(key).host).toBe(host);
          ring = ring.without({ host });
        }
      }),
    );
  });
});

describe('weighted-rendezvous', () => {
  const ring = (weights: readonly number[]): ReturnType<typeof createRing> =>
    createRing(
      weights.map((weight, index) => ({ host: `node-${index}`, weight })),
      { algorithm: 'weighted-rendezvous' },
    );

  it('shares keys out as the weights say, also where they differ by a thousand times', () => {
    const weights = [1000, 500, 250.5, 100, 1, 0];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const { shares, samples } = ring(weights).shares();
    for (const [node, weight] of weights.entries()) {
      const expected = weight / total;
      expect(Math.abs(shares[node]! - expected)).toBeLessThanOrEqual(
        5 * Math.sqrt((expected * (1 - expected)) / samples),
      );
    }
  });

  it('moves keys only to a node whose weight rises', () => {
    const before = ring([1, 2, 3, 4]);
    const { moves, moved } = before.diff(before.reweight(1, 3));
    expect(new Set(moves.map(({ to }) => to))).toEqual(new Set([1]));
    expect(moved).toBeCloseTo(3 / 11 - 2 / 10, 2);
  });

  it('refuses nodes of which none has a weight', () => {
    expect(() => ring([0, 0])).toThrow('no node has a place: all weights are 0');
  });
});
