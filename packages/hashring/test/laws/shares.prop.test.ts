import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Ring } from '../../src/index.ts';
import { nodeAddress } from '../../src/labels/address.ts';
import { spaceOf } from '../../src/ring/shares.ts';
import { nodesFor } from './arbitraries.ts';
import { fleet } from './fleet.ts';
import { beyondChance, DRAWN, randomKeys } from './random-keys.ts';
import { byDefault, everySubject, titled } from './subjects.ts';

const exactSubjects = everySubject.filter((subject) => spaceOf(subject.create(fleet(3))) !== undefined);

describe.each(titled(exactSubjects))('%s', (_title, subject) => {
  const { numRuns } = subject;

  const drawn = byDefault.includes(subject) ? DRAWN : DRAWN / 10;

  it(`has exact shares that sum to 1 and are those of ${drawn} keys`, () => {
    const ring = subject.create(fleet(7));
    const { shares, exact, samples } = ring.shares();
    expect({ exact, samples }).toEqual({ exact: true, samples: 0 });
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    const counts = ring.nodes.map(() => 0);
    for (const key of randomKeys(ring).slice(0, drawn)) counts[ring.pick(key)]!++;
    expect(beyondChance(counts, shares, drawn)).toEqual([]);
  });

  it('has a space whose parts are in order, belong to nodes and fill it', () => {
    fc.assert(
      fc.property(nodesFor(subject, 1, 9), (list) => {
        const { kind, size, starts, owners } = spaceOf(subject.create(list))!;
        expect(owners.every((owner) => owner < list.length)).toBe(true);
        expect(owners.length).toBeGreaterThan(0);
        if (kind === 'cycle') return;
        expect(starts).toHaveLength(owners.length);
        expect(starts[0]).toBe(0);
        expect(starts.every((start, i) => i === 0 || start > starts[i - 1]!)).toBe(true);
        expect(starts.at(-1)).toBeLessThan(size);
      }),
      { numRuns },
    );
  });

  it('differs from another ring by as much as keys find, and in the other direction by the same', () => {
    fc.assert(
      fc.property(nodesFor(subject, 1, 7), nodesFor(subject, 1, 7), (some, others) => {
        // Most nodes in common, so that not everything moves.
        const more = others.slice(0, 2).filter(({ host }) => some.every((node) => node.host !== host));
        const [from, to] = [subject.create(some), subject.create([...more, ...some.slice(more.length > 0 ? 1 : 0)])];
        const { exact, moved, moves } = from.diff(to);
        expect(exact).toBe(true);
        expect(to.diff(from).moved).toBeCloseTo(moved, 12);
        const shares = moves.map(({ share }) => share);
        expect(shares).toEqual(shares.toSorted((a, b) => b - a));
        expect(beyondChance([countMoved(from, to)], [moved], 5000)).toEqual([]);
      }),
      { numRuns },
    );
  });
});

/** How many of 5,000 keys have another node. */
function countMoved(from: Ring, to: Ring): number {
  const keys = randomKeys(from, to).slice(0, 5000);
  return keys.filter((key) => nodeAddress(from.get(key)) !== nodeAddress(to.get(key))).length;
}

describe.each(titled(byDefault))('%s', (_title, subject) => {
  it('does not differ from itself', () => {
    const ring = subject.create(fleet(5));
    const exact = spaceOf(ring) !== undefined;
    expect(ring.diff(ring)).toEqual({ moved: 0, moves: [], exact, samples: exact ? 0 : 200_000 });
  });

  it('says of the shares that leave and arrive what the shares before and after say', () => {
    const before = subject.create(fleet(6));
    const after = before.with(fleet(8).slice(6));
    const { moves } = before.diff(after);
    const change = after.nodes.map((_, index) => {
      const arrived = moves.filter(({ to }) => to === index).reduce((sum, { share }) => sum + share, 0);
      const left = moves.filter(({ from }) => from === index).reduce((sum, { share }) => sum + share, 0);
      return arrived - left;
    });
    const old = before.shares().shares;
    for (const [index, share] of after.shares().shares.entries()) {
      expect(share - (old[index] ?? 0)).toBeCloseTo(change[index]!, 9);
    }
  });
});
