import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Ring, RingNode } from '../../src/index.ts';
import { keysFor, nodeFor, nodesFor } from './arbitraries.ts';
import { factsOf } from './facts.ts';
import { everySubject, type Subject, titled } from './subjects.ts';

const bare = ({ host, port }: RingNode): RingNode => ({ host, ...(port !== undefined && { port }) });

/** Lists of nodes of equal weight, as many as the subject can have one more of without a change for the others. */
function equalNodes(subject: Subject, minLength: number): fc.Arbitrary<RingNode[]> {
  const maxLength = Math.min(12, factsOf(subject).minimalUpTo!);
  return nodesFor(subject, minLength, maxLength).map((list) => list.map(bare));
}

/** The keys that have another node than before, and neither come from `node` nor go to it. */
function straysOf(node: RingNode, before: Ring, after: Ring, keys: readonly string[]): string[] {
  return keys.filter((key) => {
    const [from, to] = [before.get(key), after.get(key)];
    return from.host !== to.host && from.host !== node.host && to.host !== node.host;
  });
}

const minimal = everySubject.filter((subject) => factsOf(subject).minimalUpTo !== undefined);

describe.each(titled(minimal))('%s', (_title, subject) => {
  const { numRuns } = subject;

  it('moves only keys to the node that joins', () => {
    fc.assert(
      fc.property(equalNodes(subject, 2), keysFor(subject), ([joining, ...list], keys) => {
        const before = subject.create(list);
        const after = before.with(joining!);
        const others = keys.filter((key) => after.get(key).host !== joining!.host);
        expect(others.map((key) => after.get(key))).toEqual(others.map((key) => before.get(key)));
      }),
      { numRuns },
    );
  });

  it('moves only the keys of the node that leaves, each to its next replica', () => {
    fc.assert(
      fc.property(equalNodes(subject, 2), fc.nat(), keysFor(subject), (list, which, keys) => {
        const index = factsOf(subject).lastLeaves !== undefined ? list.length - 1 : which % list.length;
        const before = subject.create(list);
        const after = before.without(index);
        expect(straysOf(list[index]!, before, after, keys)).toEqual([]);
        const heirs = keys.filter((key) => before.pick(key) === index && factsOf(subject).nextIsHeir !== false);
        expect(heirs.map((key) => after.get(key))).toEqual(heirs.map((key) => list[before.replicas(key, 2)[1]!]));
      }),
      { numRuns },
    );
  });
});

// Removal also from a ring with a history, where buckets are taken and given back in any order.
describe.each(titled(minimal.filter((subject) => factsOf(subject).history === true)))('%s', (_title, subject) => {
  it('moves only the keys of each node that joins or leaves, in a long history', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat()), { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(steps, keysFor(subject), (history, keys) => {
        let ring: Ring = subject.create([{ host: 'first' }, { host: 'second' }, { host: 'third' }]);
        for (const [joins, number] of history) {
          if (!joins && ring.nodes.length === 1) continue;
          const node = joins ? { host: `node-${number}` } : ring.nodes[number % ring.nodes.length]!;
          if (joins && ring.nodes.some(({ host }) => host === node.host)) continue;
          const next: Ring = joins ? ring.with(node) : ring.without(node);
          expect(straysOf(node, ring, next, keys)).toEqual([]);
          ring = next;
        }
      }),
      { numRuns: subject.numRuns },
    );
  });
});

describe.each(titled(minimal.filter((subject) => factsOf(subject).minimalByWeight === true)))(
  '%s',
  (_title, subject) => {
    const list = fc.tuple(nodesFor(subject, 2, 9), fc.nat(), nodeFor(subject));

    it('moves with a weight that changes only keys of that node, in one direction', () => {
      fc.assert(
        fc.property(list, keysFor(subject), ([nodes, which, { weight = 1 }], keys) => {
          const index = which % nodes.length;
          const before = subject.create(nodes);
          const after = before.reweight(index, weight);
          const grows = weight >= (nodes[index]!.weight ?? 1);
          const moved = keys.filter((key) => before.pick(key) !== after.pick(key));
          expect(moved.map((key) => (grows ? after : before).pick(key))).toEqual(moved.map(() => index));
        }),
        { numRuns: subject.numRuns },
      );
    });
  },
);

describe.each(titled(everySubject.filter((subject) => factsOf(subject).anyOrder === true)))('%s', (_title, subject) => {
  it('gives a node the same keys wherever in the list it stands', () => {
    fc.assert(
      fc.property(nodesFor(subject, 2, 9), keysFor(subject), (nodes, keys) => {
        const ring = subject.create(nodes);
        const reversed = subject.create(nodes.toReversed());
        expect(keys.map((key) => reversed.get(key))).toEqual(keys.map((key) => ring.get(key)));
      }),
      { numRuns: subject.numRuns },
    );
  });
});
