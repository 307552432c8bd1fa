import { describe, expect, it } from 'vitest';

import { crc } from '../../src/hashes/crc.ts';
import { createRing } from '../../src/index.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `10.0.0.${i + 1}` }));
const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);

describe('spymemcached-ketama', () => {
  it('gives equal points to the last server', () => {
    const nodes = hosts(100);
    const owners = new Map<number, number>();
    for (const [node, { host }] of nodes.entries()) {
      for (let i = 0; i < 160; i++) owners.set(crc.key(`${host}:11211-${i}`), node);
    }
    const values = [...owners.keys()].sort((a, b) => a - b);
    const ring = createRing(nodes, { algorithm: 'spymemcached-ketama', hash: 'CRC_HASH' });
    for (const key of keys) {
      const value = values.find((each) => each >= crc.key(key)) ?? values[0]!;
      expect(ring.pick(key)).toBe(owners.get(value));
    }
    expect(values.length).toBeLessThan(16_000);
    const shares = nodes.map(() => 0);
    for (let hash = 0; hash < 2 ** 15; hash++) {
      const value = values.find((each) => each >= hash) ?? values[0]!;
      shares[owners.get(value)!]! += 1 / 2 ** 15;
    }
    expect(ring.shares()).toEqual({ shares, exact: true, samples: 0 });
  });

  it('is libmemcached where it is weighted and formats names as that does', () => {
    const nodes = [5, 3, 1].map((weight, i) => ({ host: `10.0.0.${i}`, port: 11_211 + i, weight }));
    const ring = createRing(nodes, { algorithm: 'spymemcached-ketama', format: 'LIBMEMCACHED', weighted: true });
    expect(ring.diff(createRing(nodes))).toMatchObject({ moved: 0, exact: true });
  });

  it('does not mind the weights unless it is weighted', () => {
    const nodes = hosts(3).map((node, i) => ({ ...node, weight: i }));
    const ring = createRing(nodes, { algorithm: 'spymemcached-ketama' });
    const equal = createRing(hosts(3), { algorithm: 'spymemcached-ketama' });
    expect(keys.map(ring.pick)).toEqual(keys.map(equal.pick));
  });

  it('hashes points with md5 where it is weighted, whatever keys are hashed with', () => {
    const ring = createRing(hosts(3), { algorithm: 'spymemcached-ketama', hash: 'NATIVE_HASH', weighted: true });
    const plain = createRing(hosts(3), { algorithm: 'spymemcached-ketama', hash: 'NATIVE_HASH' });
    expect(ring.diff(plain).moved).toBeGreaterThan(0.1);
  });
});

describe('spymemcached-arraymod', () => {
  it('goes through the list behind the owner', () => {
    const ring = createRing(hosts(4), { algorithm: 'spymemcached-arraymod' });
    // "hello".hashCode() is 99162322.
    expect([...ring.sequence('hello')]).toEqual([2, 3, 0, 1]);
  });

  it('takes the hash as an unsigned number', () => {
    // "polygenelubricants".hashCode() is -2 ** 31.
    const ring = createRing(hosts(7), { algorithm: 'spymemcached-arraymod' });
    expect(ring.pick('polygenelubricants')).toBe(2 ** 31 % 7);
  });
});

describe.each(['spymemcached-ketama', 'spymemcached-arraymod'] as const)('%s', (algorithm) => {
  it.each(['Retry', 'Cancel'] as const)('stays with the owner in the failure mode %s', (failureMode) => {
    const ring = createRing(hosts(4), { algorithm, failureMode });
    for (const key of keys) expect([...ring.sequence(key)]).toEqual([ring.pick(key)]);
    const going = createRing(hosts(4), { algorithm });
    expect(keys.some((key) => [...going.sequence(key)].length > 1)).toBe(true);
  });
});
