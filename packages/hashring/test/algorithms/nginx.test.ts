import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';

const nodes = [{ host: '10.0.0.1' }, { host: '10.0.0.2', weight: 2 }, { host: '/run/cache.sock' }];
const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);

// Of 1,004 parts all but four belong to one server.
const heavy = [{ host: 'a' }, { host: 'b', weight: 1000 }, { host: 'c', weight: 2 }, { host: 'd' }];
const heavyRings = {
  'nginx-consistent': createRing(heavy, { algorithm: 'nginx-consistent' }),
  'nginx-hash': createRing(heavy, { algorithm: 'nginx-hash' }),
};

describe('nginx-consistent', () => {
  const ring = createRing(nodes, { algorithm: 'nginx-consistent' });

  it('is the ring of Cache::Memcached::Fast with 160 points', () => {
    const fast = createRing(nodes, { algorithm: 'cache-memcached-fast', ketamaPoints: 160 });
    expect(ring.diff(fast)).toMatchObject({ moved: 0, exact: true });
  });

  it('hashes no port where the label has none', () => {
    const [labelled, plain] = ['10.0.0.1', '10.0.0.1:80'].map((label) =>
      createRing([{ host: '10.0.0.1', port: 80, label }, nodes[1]!], { algorithm: 'nginx-consistent' }),
    );
    const ported = createRing([{ host: '10.0.0.1', port: 80 }, nodes[1]!], { algorithm: 'nginx-consistent' });
    expect(plain!.diff(ported).moved).toBe(0);
    expect(labelled!.diff(ported).moved).toBeGreaterThan(0.1);
  });

  it('tries all servers', () => {
    for (const key of keys) expect(new Set(ring.sequence(key))).toEqual(new Set([0, 1, 2]));
  });

  it('goes by weight where 21 points in a row belong to servers that it has tried', () => {
    const sequences = keys.map((key) => [...heavyRings['nginx-consistent'].sequence(key)].join(' '));
    // The light servers have a point among so many hardly ever.
    expect(sequences.filter((order) => order === '1 2 0 3').length).toBeGreaterThan(250);
  });
});

describe('nginx-hash', () => {
  const ring = createRing(nodes, { algorithm: 'nginx-hash' });

  it('is the list of Cache::Memcached', () => {
    expect(ring.diff(createRing(nodes, { algorithm: 'cache-memcached' }))).toMatchObject({ moved: 0, exact: true });
  });

  it('tries all servers', () => {
    for (const key of keys) expect(new Set(ring.sequence(key))).toEqual(new Set([0, 1, 2]));
  });

  it('goes by weight from the 21st attempt on that finds a server which it has tried', () => {
    const sequences = keys.map((key) => [...heavyRings['nginx-hash'].sequence(key)].join(' '));
    expect(sequences.filter((order) => order === '1 2 0 3').length).toBeGreaterThan(250);
  });
});

describe.each(['nginx-consistent', 'nginx-hash'] as const)('%s', (algorithm) => {
  it('has no options', () => {
    expect(() => createRing(nodes, { algorithm, hash: 'md5' } as { algorithm: 'nginx-hash' })).toThrow(
      `${algorithm} has no option "hash"; it has none`,
    );
  });

  it('gives a server of weight 0 no key', () => {
    const light = createRing([{ host: 'a', weight: 0 }, { host: 'b' }, { host: 'c' }], { algorithm });
    expect(light.shares().shares[0]).toBe(0);
    for (const key of keys) expect([...light.sequence(key)]).not.toContain(0);
  });
});
