import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRing, fromJSON, type Ring, type RingNode } from '../../src/index.ts';
import { spaceOf } from '../../src/ring/shares.ts';
import { keyFor, keysFor, nodeFor, nodesFor } from './arbitraries.ts';
import { factsOf, optionsWhenEjected } from './facts.ts';
import { expectSameRing } from './same-ring.ts';
import { everySubject, type Subject, titled } from './subjects.ts';

/** A change of a ring, as numbers that are read as far as they fit the list that it meets. */
interface Change {
  readonly kind: 'with' | 'without' | 'reweight';
  readonly at: number;
  readonly node: RingNode;
}

function changesFor(subject: Subject): fc.Arbitrary<Change[]> {
  const kind = fc.constantFrom<Change['kind']>('with', 'without', 'reweight');
  return fc.array(fc.record({ kind, at: fc.nat(), node: nodeFor(subject) }), { minLength: 1, maxLength: 6 });
}

/** Makes the change to a ring and to a list of nodes alike; leaves both as they are where it does not fit. */
function apply(subject: Subject, ring: Ring, { kind, at, node }: Change): [Ring, readonly RingNode[]] {
  const { nodes } = ring;
  const index = factsOf(subject).lastLeaves === 'refused' ? nodes.length - 1 : at % nodes.length;
  if (kind === 'with' && nodes.every(({ host }) => host !== node.host)) return [ring.with(node), [...nodes, node]];
  if (kind === 'without' && nodes.length > 1) return [ring.without(index), nodes.toSpliced(index, 1)];
  if (kind === 'reweight' && node.weight !== undefined) {
    return [ring.reweight(index, node.weight), nodes.with(index, { ...nodes[index]!, weight: node.weight })];
  }
  return [ring, nodes];
}

describe.each(titled(everySubject))('%s', (_title, subject) => {
  const { numRuns } = subject;
  it('is as it was when a node that joined has left', () => {
    fc.assert(
      fc.property(nodesFor(subject, 2, 9), keysFor(subject), ([guest, ...list], keys) => {
        const ring = subject.create(list);
        const back = ring.with(guest!).without(list.length);
        expectSameRing(back, ring, keys);
        expect(back.toJSON()).toEqual(ring.toJSON());
      }),
      { numRuns },
    );
  });

  it('is the same after a trip through JSON, whatever happened to it before', () => {
    fc.assert(
      fc.property(nodesFor(subject, 1, 9), changesFor(subject), keysFor(subject), (list, changes, keys) => {
        let ring: Ring = subject.create(list);
        for (const change of changes) [ring] = apply(subject, ring, change);
        const read = fromJSON(JSON.parse(JSON.stringify(ring)) as ReturnType<Ring['toJSON']>);
        expectSameRing(read, ring, keys);
        expect(read.options).toEqual(ring.options);
        expect(read.toJSON()).toEqual(ring.toJSON());
      }),
      { numRuns },
    );
  });
});

describe.each(titled(everySubject.filter((subject) => factsOf(subject).history !== true)))('%s', (_title, subject) => {
  const { numRuns } = subject;
  it('is after any changes what it is when built from the list', () => {
    fc.assert(
      fc.property(nodesFor(subject, 1, 9), changesFor(subject), keysFor(subject), (list, changes, keys) => {
        let ring: Ring = subject.create(list);
        for (const change of changes) {
          const [changed, nodes] = apply(subject, ring, change);
          ring = changed;
          expect(ring.nodes).toEqual(nodes);
        }
        expectSameRing(ring, subject.create(ring.nodes), keys);
      }),
      { numRuns },
    );
  });
});

const ejecting = everySubject.filter(({ algorithm }) => algorithm.ejects === true);

describe.each(titled(ejecting))('%s', (_title, subject) => {
  const { numRuns } = subject;
  const nodesAndDead = nodesFor(subject, 2, 9).chain((list) =>
    fc.tuple(fc.constant(list), fc.subarray([...list.keys()], { minLength: 1, maxLength: list.length - 1 })),
  );

  it('ejects several nodes at once as one after another, and keeps the indexes', () => {
    fc.assert(
      fc.property(nodesAndDead, keysFor(subject), ([list, dead], keys) => {
        const ring = subject.create(list);
        const ejected = ring.eject(dead);
        let step: Ring = ring;
        for (const each of dead) step = step.eject([each]);
        expectSameRing(step, ejected, keys);
        for (const key of keys) expect(dead).not.toContain(ejected.pick(key));
      }),
      { numRuns },
    );
  });

  it('restores an ejected ring from JSON', () => {
    fc.assert(
      fc.property(nodesAndDead, keysFor(subject), ([list, dead], keys) => {
        const ejected = subject.create(list).eject(dead);
        const read = fromJSON(JSON.parse(JSON.stringify(ejected)) as ReturnType<Ring['toJSON']>);
        expectSameRing(read, ejected, keys);
        expect(read.toJSON()).toEqual(ejected.toJSON());
      }),
      { numRuns },
    );
  });

  it('is without its dead nodes what the ring of the live ones is', () => {
    fc.assert(
      fc.property(nodesAndDead, keysFor(subject), ([list, dead], keys) => {
        const live = list.filter((_, index) => !dead.includes(index));
        const ejected = subject.create(list).eject(dead);
        const rebuilt = createRing(live, optionsWhenEjected(subject, list));
        const places = (ring: Ring): RingNode[][] =>
          keys.map((key) => [ring.get(key), ...ring.replicas(key, 4).map((index) => ring.nodes[index]!)]);
        expect(places(ejected)).toEqual(places(rebuilt));
        expect(spaceOf(ejected) === undefined ? 0 : ejected.diff(rebuilt).moved).toBe(0);
      }),
      { numRuns },
    );
  });
});

describe.each(titled(ejecting))('%s', (_title, subject) => {
  const { numRuns } = subject;
  it('tries, when a node is dead, the one that the ring without it picks', () => {
    fc.assert(
      fc.property(nodesFor(subject, 2, 7), keyFor(subject), (list, key) => {
        const ring = subject.create(list);
        const order = [...ring.sequence(key)];
        const owners = order.map((_, tried) => ring.eject(order.slice(0, tried)).pick(key));
        expect(order).toEqual(owners);
        // Some clients only eject for the requests that come later.
        expect([1, list.length]).toContain(order.length);
      }),
      { numRuns },
    );
  });
});
