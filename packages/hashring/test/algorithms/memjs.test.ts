import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `10.0.0.${i + 1}` }));

describe('memjs', () => {
  it('takes the hash without its sign, -2 ** 31 too', () => {
    // Its hash is -1880044555.
    expect(createRing(hosts(7), { algorithm: 'memjs' }).pick('Hello, world!')).toBe(1_880_044_555 % 7);
    // Its hash is -2147483648.
    for (const count of [3, 5, 7, 11]) {
      expect(createRing(hosts(count), { algorithm: 'memjs' }).pick('polygenelubricants')).toBe(2 ** 31 % count);
    }
  });

  it('tries the next servers of the list when told to', () => {
    const still = createRing(hosts(4), { algorithm: 'memjs' });
    const owner = still.pick('key');
    expect([...still.sequence('key')]).toEqual([owner]);
    const going = createRing(hosts(4), { algorithm: 'memjs', failover: true });
    expect([...going.sequence('key')]).toEqual([0, 1, 2, 3].map((i) => (owner + i) % 4));
  });

  it('has no weights', () => {
    expect(() => createRing([{ host: 'a', weight: 2 }], { algorithm: 'memjs' })).toThrow(
      'the weight of node 0 (a) must be 1: this algorithm has no weights, got 2',
    );
  });
});

describe('gomemcache', () => {
  it('does not go to another server than the owner', () => {
    const ring = createRing(hosts(4), { algorithm: 'gomemcache' });
    // CRC-32 of a is e8b7be43.
    expect(ring.pick('a')).toBe(0xe8b7be43 % 4);
    expect([...ring.sequence('a')]).toEqual([0xe8b7be43 % 4]);
  });
});
