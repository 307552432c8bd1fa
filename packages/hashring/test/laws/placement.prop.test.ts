import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keyFor, keysFor, nodesFor } from './arbitraries.ts';
import { keepsLoneSurrogates } from './facts.ts';
import { everySubject, titled } from './subjects.ts';

describe.each(titled(everySubject))('%s', (_title, subject) => {
  const { numRuns } = subject;
  const nodes = nodesFor(subject, 1, 9);
  const key = keyFor(subject);

  it('picks one of its nodes, and the same one each time it is built', () => {
    fc.assert(
      fc.property(nodes, keysFor(subject), (list, keys) => {
        const [ring, again] = [subject.create(list), subject.create([...list])];
        for (const each of keys) {
          const index = ring.pick(each);
          expect(list[index]).toBeDefined();
          expect(again.pick(each)).toBe(index);
          expect(ring.get(each)).toBe(ring.nodes[index]);
          expect(ring.nodes).toEqual(list);
        }
        expect([...ring.pickMany(keys)]).toEqual(keys.map((each) => ring.pick(each)));
      }),
      { numRuns },
    );
  });

  it('lists distinct replicas, the owner first, and a longer list begins with the shorter one', () => {
    fc.assert(
      fc.property(nodes, key, fc.integer({ min: 1, max: 10 }), (list, each, count) => {
        const ring = subject.create(list);
        const replicas = ring.replicas(each, count);
        expect(replicas[0]).toBe(ring.pick(each));
        expect(replicas).toHaveLength(Math.min(count, list.length));
        expect(new Set(replicas).size).toBe(replicas.length);
        expect(ring.replicas(each, count + 1).slice(0, replicas.length)).toEqual(replicas);
        expect(replicas.every((index) => list[index] !== undefined)).toBe(true);
      }),
      { numRuns },
    );
  });

  it('tries distinct nodes one after another, the owner first, in the same order each time', () => {
    fc.assert(
      fc.property(nodes, key, (list, each) => {
        const ring = subject.create(list);
        const order = [...ring.sequence(each)];
        expect(order[0]).toBe(ring.pick(each));
        expect(new Set(order).size).toBe(order.length);
        expect(order.every((index) => list[index] !== undefined)).toBe(true);
        expect([...subject.create(list).sequence(each)]).toEqual(order);
      }),
      { numRuns },
    );
  });

  it('places a string as it places the UTF-8 bytes of it', () => {
    fc.assert(
      fc.property(nodes, key, (list, each) => {
        const ring = subject.create(list);
        const text = keepsLoneSurrogates(subject) ? Buffer.from(each).toString() : each;
        const bytes = new TextEncoder().encode(text);
        expect(ring.pick(bytes)).toBe(ring.pick(text));
        expect(ring.pick(Buffer.from(bytes))).toBe(ring.pick(text));
        expect(ring.replicas(bytes, 9)).toEqual(ring.replicas(text, 9));
        expect([...ring.sequence(bytes)]).toEqual([...ring.sequence(text)]);
      }),
      { numRuns },
    );
  });

  it('does not confuse keys that are looked up while others are walked', () => {
    fc.assert(
      fc.property(nodesFor(subject, 3, 6), key, key, (list, each, other) => {
        const ring = subject.create(list);
        const alone = [...ring.sequence(each)];
        const mixed: number[] = [];
        for (const index of ring.sequence(each)) {
          mixed.push(index);
          ring.pick(other);
          ring.replicas(other, 3);
        }
        expect(mixed).toEqual(alone);
      }),
      { numRuns },
    );
  });
});
