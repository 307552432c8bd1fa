import { describe, expect, it } from 'vitest';

import type { RingNode } from '../../src/index.ts';
import { factsOf } from './facts.ts';
import { fleet } from './fleet.ts';
import { byDefault, everySubject, type Subject, titled } from './subjects.ts';

/** Three ways in which fleets are spelled. */
const spellings: readonly ((count: number) => RingNode[])[] = [
  fleet,
  (count) => Array.from({ length: count }, (_, i) => ({ host: `cache-${i}.test` })),
  (count) => Array.from({ length: count }, (_, i) => ({ host: '127.0.0.1', port: 11_000 + i })),
];

/** How many times its fair share the busiest of nodes gets. */
function busiest({ create }: Subject, nodes: readonly RingNode[]): number {
  return Math.max(...create(nodes).shares().shares) * nodes.length;
}

const measured = [
  ...byDefault,
  ...everySubject.filter(({ title }) =>
    /^(pecl.*"fnv"|flexihash.*"md5"|cache-memcached-fast ketamaPoints=160)/.test(title),
  ),
];

describe.each(titled(measured))('%s', (_title, subject) => {
  const [of10, of100] = factsOf(subject).busiest ?? [1.01, 1.01];

  it(`gives the busiest of 10 equal nodes at most ${of10} times its share, of 100 at most ${of100} times`, () => {
    // What has no points depends little on names, and is counted at length.
    for (const spell of of10 < 1.1 && of10 > 1.01 ? spellings.slice(0, 1) : spellings) {
      expect(busiest(subject, spell(10))).toBeLessThanOrEqual(of10);
      expect(busiest(subject, spell(100))).toBeLessThanOrEqual(of100);
    }
  });
});

const unevenWeights = { integer: [1, 2, 3, 4], number: [1, 2, 3, 4], unit: [0.25, 0.5, 0.75, 1] };
const ignoring = everySubject.filter((subject) => factsOf(subject).ignoresWeights === true);
const weighted = measured.filter(
  (subject) => subject.algorithm.weights !== 'none' && factsOf(subject).ignoresWeights !== true,
);

/** Twenty nodes of four weights in turn. */
function unevenFleet({ algorithm: { weights } }: Subject): RingNode[] {
  const each = unevenWeights[weights as keyof typeof unevenWeights];
  return fleet(20).map((node, index) => ({ ...node, weight: each[index % 4]! }));
}

describe.each(titled(weighted))('%s', (_title, subject) => {
  it('gives nodes shares in proportion to their weights', () => {
    const tolerance = (factsOf(subject).busiest ?? [1.01, 1.01])[0] - 1;
    const { shares } = subject.create(unevenFleet(subject)).shares();
    for (const offset of [0, 1, 2, 3]) {
      const share = shares.filter((_, index) => index % 4 === offset).reduce((sum, each) => sum + each, 0);
      // Weights 1, 2, 3 and 4 of 10, or in their proportion.
      expect(Math.abs(share / ((offset + 1) / 10) - 1)).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe.each(titled(ignoring))('%s', (_title, subject) => {
  it('places keys as if all weights were the same', () => {
    const { moved, exact } = subject.create(fleet(20)).diff(subject.create(unevenFleet(subject)));
    expect({ moved, exact }).toEqual({ moved: 0, exact: true });
  });
});
