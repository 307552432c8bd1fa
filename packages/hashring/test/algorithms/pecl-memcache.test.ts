import { describe, expect, it } from 'vitest';

import { createRing, type RingNode, type RingOptions } from '../../src/index.ts';

const nodes: readonly RingNode[] = [
  { host: 'cache-a', weight: 2 },
  { host: 'cache-b', port: 11_212 },
  { host: '/run/cache.sock' },
];
const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);

describe.each(['pecl-memcache-consistent', 'pecl-memcache-standard'] as const)('%s', (algorithm) => {
  const ring = createRing(nodes, { algorithm });

  it('hashes the prefix with the key', () => {
    const prefixed = createRing(nodes, { algorithm, prefix: 'my app:' });
    for (const key of keys) expect(prefixed.pick(key)).toBe(ring.pick(`my_app:${key}`));
  });

  it('takes a key that memcached would refuse for the one that it makes of it', () => {
    expect(keys.map((key) => ring.pick(`${key} \n`))).toEqual(keys.map((key) => ring.pick(`${key}__`)));
    const long = 'k'.repeat(250);
    expect(ring.pick(`${long}!`)).toBe(ring.pick(long));
  });

  it('tries 20 times, or as often as it is told, or not at all', () => {
    const attempts = (options: object): number =>
      Math.max(...keys.map((key) => [...createRing(nodes, { algorithm, ...options }).sequence(key)].length));
    expect(attempts({})).toBe(3);
    expect(attempts({ maxFailoverAttempts: 1 })).toBe(2);
    expect(attempts({ allowFailover: false })).toBe(1);
  });

  it('places other keys under an unsigned char only with fnv and if they are not ASCII', () => {
    const moved = (hash: 'crc32' | 'fnv', suffix: string): number => {
      const [signed, unsigned] = (['signed', 'unsigned'] as const).map((charSignedness) =>
        createRing(nodes, { algorithm, hash, charSignedness }),
      );
      return keys.filter((key) => signed!.pick(key + suffix) !== unsigned!.pick(key + suffix)).length;
    };
    expect(moved('crc32', 'ö')).toBe(0);
    expect(moved('fnv', '')).toBe(0);
    expect(moved('fnv', 'ö')).toBeGreaterThan(50);
  });

  it('knows exactly what share each server gets', () => {
    const { shares, exact } = ring.shares();
    const counts = [0, 0, 0];
    for (let i = 0; i < 60_000; i++) counts[ring.pick(`sample ${i}`)]!++;
    expect(exact).toBe(true);
    for (const [node, share] of shares.entries()) expect(counts[node]! / 60_000).toBeCloseTo(share, 1);
  });

  it.each([
    [{ hash: 'md5' }, 'hash of pecl-memcache-'],
    [{ maxFailoverAttempts: 0 }, 'maxFailoverAttempts of pecl-memcache-'],
    [{ namespace: 'x' }, 'has no option "namespace"'],
  ])('refuses %o', (options, message) => {
    expect(() => createRing(nodes, { algorithm, ...options } as RingOptions)).toThrow(message);
  });
});

describe('pecl-memcache-standard', () => {
  it('never takes 0 for a hash', () => {
    // Its CRC-32 is 0x000083dd: bits 16 to 30 are 0, and count as 1.
    const zero = 'zero:3529';
    const two = createRing([{ host: 'a' }, { host: 'b' }], { algorithm: 'pecl-memcache-standard' });
    expect(two.pick(zero)).toBe(1);
    expect(createRing([{ host: 'a' }, { host: 'b' }], { algorithm: 'cache-memcached' }).pick(zero)).toBe(0);
    expect(two.shares().shares).toEqual([(2 ** 14 - 1) / 2 ** 15, (2 ** 14 + 1) / 2 ** 15]);
  });
});

describe('pecl-memcache-consistent', () => {
  it('is coarse: of 100 equal servers the busiest gets about twice its share, and of 1,000 some get nothing', () => {
    const shares = (count: number): readonly number[] => {
      const list = Array.from({ length: count }, (_, i) => ({ host: `10.0.${i >> 8}.${i & 255}` }));
      return createRing(list, { algorithm: 'pecl-memcache-consistent' }).shares().shares;
    };
    expect(Math.max(...shares(100)) * 100).toBeGreaterThan(1.7);
    expect(Math.max(...shares(100)) * 100).toBeLessThan(2.7);
    expect(Math.min(...shares(1000))).toBe(0);
  });

  it('changes as a ring does that is built anew', () => {
    const changed = createRing(nodes, { algorithm: 'pecl-memcache-consistent' }).with({ host: 'd' }).without(0);
    const anew = createRing([nodes[1]!, nodes[2]!, { host: 'd' }], { algorithm: 'pecl-memcache-consistent' });
    expect(changed.shares()).toEqual(anew.shares());
    for (const key of keys) expect(changed.pick(key)).toBe(anew.pick(key));
  });

  it('refuses a ring on which all weights are 0', () => {
    const none = [
      { host: 'a', weight: 0 },
      { host: 'b', weight: 0 },
    ];
    expect(() => createRing(none, { algorithm: 'pecl-memcache-consistent' })).toThrow('all weights are 0');
  });
});
