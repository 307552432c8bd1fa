import { describe, expect, it } from 'vitest';

import type { WeightRule } from '../../src/algorithms/algorithm.ts';
import type { Ring, RingNode } from '../../src/index.ts';
import { spaceOf } from '../../src/ring/shares.ts';
import { fleet } from './fleet.ts';
import { randomKeys } from './random-keys.ts';
import { byDefault, everySubject, type Subject, titled } from './subjects.ts';

/** Weights at the ends of what each rule accepts, and beyond. */
const EXTREMES: Readonly<Record<WeightRule, readonly number[]>> = {
  integer: [0, 1, 2 ** 31, 2 ** 32 - 1],
  number: [0, 5e-324, 1e-9, 1, 1e9, 1.797e308],
  unit: [0, 5e-324, 1e-9, 1],
  none: [1],
};
const REFUSED: Readonly<Record<WeightRule, readonly number[]>> = {
  integer: [-1, 0.5, 2 ** 32, Number.NaN, Infinity],
  number: [-1e-9, Number.NaN, Infinity],
  unit: [-1, 1.001, Number.NaN, Infinity],
  none: [0, 2, 0.5, Number.NaN],
};

/** What is wrong with a ring: nothing of this depends on its weights. */
function flawsOf(ring: Ring): string[] {
  const flaws: string[] = [];
  const count = ring.nodes.length;
  for (const key of randomKeys(ring).slice(0, 25)) {
    const owner = ring.pick(key);
    if (ring.nodes[owner] === undefined) flaws.push(`picked node ${owner}`);
    const replicas = ring.replicas(key, count);
    if (replicas.length !== count || new Set(replicas).size !== count) flaws.push(`replicas ${replicas.join(', ')}`);
    const [first] = ring.sequence(key);
    if (replicas[0] !== owner || first !== owner) flaws.push(`${owner} comes after ${replicas[0]} or ${first}`);
  }
  const sum = spaceOf(ring) === undefined ? 1 : ring.shares().shares.reduce((total, share) => total + share, 0);
  return Math.abs(sum - 1) < 1e-9 ? flaws : [...flaws, `shares sum to ${sum}`];
}

/** What is wrong with the ring that is made of nodes; nothing where it is refused with an error that names weights. */
function flawsWith({ create }: Subject, nodes: readonly RingNode[]): string[] {
  try {
    return flawsOf(create(nodes));
  } catch (error) {
    return error instanceof RangeError && error.message.includes('weight') ? [] : [String(error)];
  }
}

const weighted = (weights: readonly number[]): RingNode[] =>
  weights.map((weight, index) => ({ host: `node-${index}`, weight }));

describe.each(titled(everySubject))('%s', (_title, subject) => {
  const extremes = EXTREMES[subject.algorithm.weights];

  it('makes a ring of nodes that all have the same weight, or says that it cannot', () => {
    const flaws = extremes.map((weight) => flawsWith(subject, weighted([weight, weight, weight])));
    expect(flaws).toEqual(extremes.map(() => []));
  });
});

describe.each(titled(byDefault))('%s', (_title, subject) => {
  it('makes a ring of any accepted weights, or says that it cannot', () => {
    const extremes = EXTREMES[subject.algorithm.weights];
    const lists = extremes.flatMap((first) => extremes.map((second) => [first, second, 1]));
    expect(lists.map((weights) => flawsWith(subject, weighted(weights)))).toEqual(lists.map(() => []));
  });

  it('makes rings of 1, 2, 3, 100 and 2,000 nodes', () => {
    for (const count of [1, 2, 3, 100, 2000]) {
      const ring = subject.create(fleet(count));
      const keys = randomKeys(ring).slice(0, count < 2000 ? 100 : 1000);
      const picked = new Set(ring.pickMany(keys));
      for (const index of picked) expect(index).toBeLessThan(count);
      expect(ring.replicas(keys[0]!, count)).toHaveLength(count);
      const { shares } = spaceOf(ring) === undefined ? { shares: [1] } : ring.shares();
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
  });

  it('refuses weights that its client does not have, and names the node and the weight', () => {
    const nodes = fleet(3);
    for (const weight of REFUSED[subject.algorithm.weights]) {
      const expected = `the weight of node 1 (10.0.1.2:11211) must be`;
      expect(() => subject.create(nodes.with(1, { ...nodes[1]!, weight }))).toThrow(expected);
      expect(() => subject.create(nodes).reweight(1, weight)).toThrow(`${expected} `);
    }
  });

  it('takes a weight of 1 for one that is not given', () => {
    const [bare, alike] = [fleet(5), fleet(5).map((node) => ({ ...node, weight: 1 }))];
    const keys = randomKeys(subject.create(bare)).slice(0, 200);
    expect(subject.create(alike).pickMany(keys)).toEqual(subject.create(bare).pickMany(keys));
  });

  it('refuses an empty list, one node twice and a key that is neither text nor bytes', () => {
    expect(() => subject.create([])).toThrow(new RangeError('a ring needs at least one node'));
    const twice = [{ host: 'a' }, { host: 'b' }, { host: 'a' }];
    expect(() => subject.create(twice)).toThrow('node 2 (a) has the same label as node 0');
    expect(() => subject.create(fleet(1)).without(0)).toThrow(new RangeError('a ring needs at least one node'));
    const strangers: readonly unknown[] = [7, null, undefined, {}];
    for (const key of strangers) expect(() => subject.create(fleet(3)).pick(key as string)).toThrow(TypeError);
  });
});
