import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { WeightRule } from '../../src/algorithms/algorithm.ts';
import type { Ring, RingNode } from '../../src/index.ts';
import { factsOf } from './facts.ts';
import { fleet } from './fleet.ts';
import { randomKeys } from './random-keys.ts';
import { byDefault, type Subject, titled } from './subjects.ts';

/** Weights with 0 and extreme ones among them. */
const WEIGHTS: Readonly<Record<WeightRule, readonly number[]>> = {
  integer: [0, 1, 1, 2, 7, 300, 2 ** 32 - 1],
  number: [0, 1e-9, 0.3, 1, 1, 7.5, 1e9],
  unit: [0, 1e-9, 0.3, 1, 1],
  none: [1],
};

/** What a ring does with keys, or the error that says why there is none. */
function placesOf(make: () => Ring): unknown {
  try {
    const ring = make();
    return [...ring.pickMany(randomKeys(ring).slice(0, 300))];
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('weight')) return 'refused for its weights';
    throw error;
  }
}

/** A list of nodes, and the same without one, with another one, and with another weight in the middle. */
function versionsOf(weights: readonly number[], at: number, weight: number): (readonly RingNode[])[] {
  const nodes = fleet(weights.length).map((node, index) => ({ ...node, weight: weights[index]! }));
  const [guest] = fleet(weights.length + 1).slice(-1);
  const middle = at % nodes.length;
  return [
    [...nodes, { ...guest!, weight }],
    nodes.toSpliced(middle, 1),
    nodes.with(middle, { ...nodes[middle]!, weight }),
  ];
}

function changesOf(ring: Ring, list: readonly (readonly RingNode[])[], at: number, weight: number): (() => Ring)[] {
  const middle = at % ring.nodes.length;
  return [() => ring.with(list[0]!.at(-1)!), () => ring.without(middle), () => ring.reweight(middle, weight)];
}

const changeable = (subject: Subject): boolean => {
  const { history, lastLeaves } = factsOf(subject);
  return history !== true && lastLeaves === undefined;
};

describe.each(titled(byDefault.filter(changeable)))('%s', (_title, subject) => {
  it('is changed as it is built, with up to 300 nodes of any weight', () => {
    const weight = fc.constantFrom(...WEIGHTS[subject.algorithm.weights]);
    const weights = fc.array(weight, { minLength: 2, maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(weights, fc.nat(), weight, (given, at, other) => {
        const list = fleet(given.length).map((node, index) => ({ ...node, weight: given[index]! }));
        fc.pre(placesOf(() => subject.create(list)) !== 'refused for its weights');
        const ring = subject.create(list);
        const versions = versionsOf(given, at, other);
        const changed = changesOf(ring, versions, at, other).map((change) => placesOf(change));
        expect(changed).toEqual(versions.map((nodes) => placesOf(() => subject.create(nodes))));
      }),
      { numRuns: 6 },
    );
  });
});

/** How many of 5,000 keys move to another node than the one that joins so many. */
function straysOf(subject: Subject, count: number): number {
  const before = subject.create(fleet(count));
  const after = subject.create(fleet(count + 1));
  const keys = randomKeys(before).slice(0, 5000);
  return keys.filter((key) => after.get(key).host !== before.get(key).host && after.pick(key) !== count).length;
}

const minimal = byDefault.filter((subject) => (factsOf(subject).minimalUpTo ?? 0) >= 24);

describe.each(titled(minimal))('%s', (_title, subject) => {
  it('moves keys only to the node that joins, up to as many nodes as is said', () => {
    const upTo = Math.min(factsOf(subject).minimalUpTo!, 1000);
    expect([12, upTo - 1].map((count) => straysOf(subject, count))).toEqual([0, 0]);
  });
});

const rounding = ['ketama', 'twemproxy-ketama', 'libketama'];

describe.each(titled(minimal.filter(({ title }) => rounding.includes(title))))('%s', (_title, subject) => {
  it('moves other keys too at one node more, where its arithmetic loses a digest', () => {
    expect(straysOf(subject, factsOf(subject).minimalUpTo!)).toBeGreaterThan(0);
  });
});
