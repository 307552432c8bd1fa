import { describe, expect, it } from 'vitest';

import { createRing, type RingOptions } from '../../src/index.ts';

const nodes = [{ host: '10.0.0.1' }, { host: '10.0.0.2', weight: 2 }, { host: '/run/cache.sock' }];
const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);

describe('cache-memcached', () => {
  it('asks 21 servers at most, some of them again', () => {
    const list = Array.from({ length: 200 }, (_, i) => ({ host: `10.0.0.${i}` }));
    const lengths = keys.map((key) => [...createRing(list, { algorithm: 'cache-memcached' }).sequence(key)].length);
    expect(Math.max(...lengths)).toBe(21);
    expect(Math.min(...lengths)).toBeGreaterThan(15);
  });
});

describe('cache-memcached-fast', () => {
  const ring = createRing(nodes, { algorithm: 'cache-memcached-fast' });

  it('places keys as Cache::Memcached where it has no ketama_points', () => {
    expect(ring.diff(createRing(nodes, { algorithm: 'cache-memcached' }))).toMatchObject({ moved: 0, exact: true });
  });

  it('takes fractions for weights, also of a ring', () => {
    const fractions = [
      { host: 'a', weight: 0.5 },
      { host: 'b', weight: 2.5 },
    ];
    const [list, ketama] = [0, 150].map((ketamaPoints) =>
      createRing(fractions, { algorithm: 'cache-memcached-fast', ketamaPoints }),
    );
    // Three entries, of which the second lies within the stretch of b already.
    expect(list!.shares().shares[0]).toBeCloseTo(1 / 3, 3);
    expect(ketama!.shares().shares[0]).toBeCloseTo(1 / 6, 1);
  });

  it.each([0, 150])('hashes the prefix with the key, with %d points', (ketamaPoints) => {
    const plain = createRing(nodes, { algorithm: 'cache-memcached-fast', ketamaPoints });
    const prefixed = createRing(nodes, { algorithm: 'cache-memcached-fast', ketamaPoints, hashPrefix: 'ä:' });
    for (const key of [...keys, 'schlüssel']) expect(prefixed.pick(key)).toBe(plain.pick(`ä:${key}`));
    expect(prefixed.diff(plain).exact).toBe(false);
  });

  it('asks no second server', () => {
    for (const key of keys) expect([...ring.sequence(key)]).toEqual([ring.pick(key)]);
  });

  it.each([
    [{ ketamaPoints: -1 }, 'ketamaPoints of cache-memcached-fast must be an integer from 0'],
    [{ hashPrefix: 1 }, 'hashPrefix of cache-memcached-fast must be a string'],
    [{ namespace: 'x' }, 'has no option "namespace"'],
  ])('refuses %o', (options, message) => {
    expect(() => createRing(nodes, { algorithm: 'cache-memcached-fast', ...options } as RingOptions)).toThrow(message);
  });

  it('refuses weights that make no list', () => {
    const light = [
      { host: 'a', weight: 0.1 },
      { host: 'b', weight: 0.2 },
    ];
    expect(() => createRing(light, { algorithm: 'cache-memcached-fast' })).toThrow('must sum to 0.5 or more');
  });
});
