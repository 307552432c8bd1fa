import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `10.0.0.${i + 1}` }));
const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);

describe('npm-hashring', () => {
  it('is libmemcached with 6 equal servers and the default port, but not with 7', () => {
    for (const [count, same] of [
      [6, true],
      [7, false],
    ] as const) {
      const theirs = createRing(hosts(count), { algorithm: 'npm-hashring', defaultPort: 11_211 });
      expect(theirs.diff(createRing(hosts(count))).moved === 0).toBe(same);
      expect(theirs.diff(createRing(hosts(count))).exact).toBe(true);
    }
  });

  it('gives a node with vnodes as many digests, whatever its weight', () => {
    const [a, b] = hosts(2);
    const own = createRing([{ ...a!, weight: 9, vnodes: 80 }, b!], { algorithm: 'npm-hashring' });
    // Weights of 9 and 1 would be 72 and 8 digests: the other one keeps its share of the weights.
    const shares = own.shares().shares;
    expect(shares[0]).toBeGreaterThan(0.85);
    // The number that all have is none of its own.
    const same = createRing([{ ...a!, weight: 9, vnodes: 40 }, b!], { algorithm: 'npm-hashring' });
    expect(same.diff(createRing([{ ...a!, weight: 9 }, b!], { algorithm: 'npm-hashring' })).moved).toBe(0);
    expect(() => createRing([{ ...a!, vnodes: -1 }, b!], { algorithm: 'npm-hashring' })).toThrow(
      'vnodes of node 0 (10.0.0.1) must be an integer of at least 0, got -1',
    );
  });

  it('counts a weight of 0 as 1', () => {
    const [a, b, c] = hosts(3);
    const zero = createRing([{ ...a!, weight: 0 }, b!, { ...c!, weight: 5 }], { algorithm: 'npm-hashring' });
    const one = createRing([a!, b!, { ...c!, weight: 5 }], { algorithm: 'npm-hashring' });
    expect(keys.map(zero.pick)).toEqual(keys.map(one.pick));
  });

  it('gives equal points to the first node of the list', () => {
    const nodes = Array.from({ length: 1000 }, (_, i) => ({ host: `10.0.${i >> 8}.${i & 255}` }));
    const points = nodes.flatMap(({ host }, node) =>
      Array.from({ length: 40 }, (_, i) => createHash('md5').update(`${host}:11211-${i}`).digest()).flatMap((digest) =>
        [0, 4, 8, 12].map((at) => ({ node, value: digest.readUInt32LE(at) })),
      ),
    );
    points.sort((one, other) => one.value - other.value);
    const shares = nodes.map(() => 0);
    let ties = 0;
    for (const [i, { node, value }] of points.entries()) {
      const before = i === 0 ? points.at(-1)!.value - 2 ** 32 : points[i - 1]!.value;
      if (before === value) ties++;
      shares[node]! += (value - before) / 2 ** 32;
    }
    expect(ties).toBeGreaterThan(0);
    expect(createRing(nodes, { algorithm: 'npm-hashring' }).shares()).toEqual({ shares, exact: true, samples: 0 });
  });

  it('takes no more points from a digest than it has words', () => {
    expect(() => createRing(hosts(2), { algorithm: 'npm-hashring', replicas: 5 })).toThrow(
      'replicas must be at most 4 with md5, got 5',
    );
    const sha1 = createRing(hosts(2), { algorithm: 'npm-hashring', replicas: 5, hash: 'sha1' });
    expect(new Set(keys.map(sha1.pick))).toEqual(new Set([0, 1]));
  });
});

describe('npm-memcached', () => {
  it.each([
    ['ketama', { replicas: 4, defaultPort: 11_211 }],
    ['hash_ring', { replicas: 3, defaultPort: 0 }],
  ] as const)('is npm-hashring with the compatibility %s', (compatibility, options) => {
    const ring = createRing(hosts(5), { algorithm: 'npm-memcached', compatibility });
    const hashring = createRing(hosts(5), { algorithm: 'npm-hashring', ...options });
    expect(keys.map(ring.pick)).toEqual(keys.map(hashring.pick));
  });

  it('hashes the namespace in front of a key', () => {
    const spaced = createRing(hosts(5), { algorithm: 'npm-memcached', namespace: 'é:' });
    const plain = createRing(hosts(5), { algorithm: 'npm-memcached' });
    expect(keys.map(spaced.pick)).toEqual(keys.map((key) => plain.pick(`é:${key}`)));
  });

  it('goes to another server only where it takes dead ones out', () => {
    const still = createRing(hosts(5), { algorithm: 'npm-memcached' });
    const removing = createRing(hosts(5), { algorithm: 'npm-memcached', remove: true });
    for (const key of keys.slice(0, 20)) {
      expect([...still.sequence(key)]).toEqual([still.pick(key)]);
      const [first, second, ...rest] = removing.sequence(key);
      expect(rest).toHaveLength(3);
      expect(second).toBe(removing.eject([first!]).pick(key));
    }
  });
});
