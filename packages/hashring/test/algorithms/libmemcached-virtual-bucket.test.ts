import { describe, expect, it } from 'vitest';

import { createRing, hashKey } from '../../src/index.ts';

const nodes = Array.from({ length: 5 }, (_, i) => ({ host: `cache-${i}` }));
const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);

describe('libmemcached-virtual-bucket', () => {
  it.each([
    [[0, 1, 2, 3, 4, 0, 1, 2]],
    // Masked with 5: buckets 2 and 3 are never used.
    [[0, 1, 2, 3, 4, 1]],
    [[3]],
  ])('takes the node of bucket hash & (size - 1) of %j', (buckets) => {
    const ring = createRing(nodes, { algorithm: 'libmemcached-virtual-bucket', buckets });
    for (const key of keys) {
      expect(ring.pick(key)).toBe(buckets[hashKey('one_at_a_time', key) & (buckets.length - 1)]);
    }
  });

  it('takes the nodes for buckets where there is no map, and leaves some out where their number is no power of 2', () => {
    const ring = createRing(nodes, { algorithm: 'libmemcached-virtual-bucket', hash: 'md5' });
    expect(new Set(keys.map((key) => ring.pick(key)))).toEqual(new Set([0, 4]));
    for (const key of keys) expect(ring.pick(key)).toBe(hashKey('md5', key) & 4);
  });

  it('refuses a map that names a node that is not there, also when that node leaves', () => {
    const options = { algorithm: 'libmemcached-virtual-bucket', buckets: [0, 4] } as const;
    expect(() => createRing(nodes.slice(1), options)).toThrow('buckets names node 4, there are 4 nodes');
    expect(() => createRing(nodes, options).without(0)).toThrow('buckets names node 4, there are 4 nodes');
    expect(() => createRing(nodes, { ...options, buckets: [0.5] })).toThrow('must be a list of indexes of nodes');
  });
});
