import { describe, expect, it } from 'vitest';

import { crc32 } from '../../src/hashes/crc32.ts';
import { createRing, flexihashLookupList } from '../../src/index.ts';
import { keyWithCrc32 } from './key-with-crc32.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `10.0.0.${i + 1}` }));

describe('flexihash', () => {
  const five = hosts(5);

  it('gives a key that lies on a point to the owner of the point after it', () => {
    const ring = createRing(five, { algorithm: 'flexihash' });
    const values = five.flatMap(({ host }, node) =>
      Array.from({ length: 64 }, (_, i) => ({ node, value: crc32.key(`${host}:11211${i}`) >>> 0 })),
    );
    values.sort((a, b) => a.value - b.value);
    for (const [i, { value }] of values.entries()) {
      expect(ring.pick(keyWithCrc32(value))).toBe(values[(i + 1) % values.length]!.node);
    }
    expect(ring.pick(keyWithCrc32(values[3]!.value - 1))).toBe(values[3]!.node);
  });

  // Both have the point of a10, and its ten neighbours.
  it.each([
    [['a', 'a1'], 1],
    [['a1', 'a'], 1],
  ])('lets the last target have the points that %j have in common', (labels, winner) => {
    const nodes = labels.map((label) => ({ host: label, label }));
    const ring = createRing(nodes, { algorithm: 'flexihash' });
    expect(ring.pick(keyWithCrc32(crc32.key('a10') - 1))).toBe(winner);
    const third = createRing([...nodes, { host: 'b', label: 'b' }], { algorithm: 'flexihash' });
    expect(third.replicas(keyWithCrc32(crc32.key('a10') - 1), 1)).toEqual([winner]);
  });

  it('does not meet a target at a point that it lost', () => {
    const labels = ['a', 'a1', 'b'];
    const ring = createRing(
      labels.map((label) => ({ host: label, label })),
      { algorithm: 'flexihash' },
    );
    const owners = new Map<number, number>();
    for (const [node, label] of labels.entries()) {
      for (let i = 0; i < 64; i++) owners.set(crc32.key(`${label}${i}`) >>> 0, node);
    }
    const positions = [...owners.keys()].sort((one, other) => one - other);
    expect(positions).toHaveLength(3 * 64 - 10);
    for (const position of positions) {
      const from = positions.indexOf(position);
      const walk = [...positions.slice(from), ...positions.slice(0, from)].map((each) => owners.get(each)!);
      expect(ring.replicas(keyWithCrc32(position - 1), 3)).toEqual([...new Set(walk)]);
    }
  });

  it('has points in proportion to replicas and weight', () => {
    const ring = createRing([{ host: 'a', weight: 0.25 }, { host: 'b' }, { host: 'c', weight: 0 }], {
      algorithm: 'flexihash',
      replicas: 10_000,
      hash: 'md5',
    });
    const { shares, exact } = ring.shares();
    expect(exact).toBe(true);
    expect(shares[0]).toBeCloseTo(0.2, 2);
    expect(shares[2]).toBe(0);
  });
});

describe('flexihashLookupList', () => {
  it('answers as the unreleased version: with the targets of the next points, each once', () => {
    const nodes = hosts(3);
    const list = flexihashLookupList(nodes);
    const ring = createRing(nodes, { algorithm: 'flexihash' });
    const lengths = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const targets = list(`key:${i}`, 3);
      lengths.add(targets.length);
      expect(ring.replicas(`key:${i}`, 3).slice(0, targets.length)).toEqual(targets);
    }
    expect(lengths).toEqual(new Set([1, 2, 3]));
    expect(list('key', 1000)).toHaveLength(3);
  });

  it('checks what it is given', () => {
    expect(() => flexihashLookupList([])).toThrow('a ring needs at least one node');
    expect(() => flexihashLookupList(hosts(2), { replicas: 0 })).toThrow('replicas of flexihash must be an integer');
  });
});
