import { describe, expect, it } from 'vitest';

import { createRing, type RingNode, type RingOptions } from '../../src/index.ts';

const nodes = (count: number): RingNode[] => Array.from({ length: count }, (_, index) => ({ host: `10.0.0.${index}` }));
const keys = Array.from({ length: 3000 }, (_, index) => `key:${index}`);
const subjects: readonly RingOptions[] = [
  { algorithm: 'mcrouter-ch3' },
  { algorithm: 'mcrouter-weighted-ch3' },
  { algorithm: 'mcrouter-weighted-furc' },
  { algorithm: 'mcrouter-crc32' },
  { algorithm: 'mcrouter-const-shard' },
  { algorithm: 'mcrouter-rendezvous' },
  { algorithm: 'mcrouter-weighted-rendezvous' },
];

describe.each(subjects)('%o', (options) => {
  const ring = createRing(nodes(10), options);

  it('hashes the routing key of what a client sends', () => {
    for (const key of keys) {
      const index = ring.pick(key);
      expect(ring.pick(`/region/cluster/${key}`)).toBe(index);
      expect(ring.pick(`${key}|#|anything`)).toBe(index);
    }
    const whole = createRing(nodes(10), { ...options, keyPart: 'whole' } as RingOptions);
    expect(keys.map(whole.pick)).toEqual(keys.map(ring.pick));
    expect(keys.map((key) => whole.pick(`/a/b/${key}`))).not.toEqual(keys.map(ring.pick));
  });

  it('hashes the salt behind the key', () => {
    const salted = createRing(nodes(10), { ...options, salt: '-é' } as RingOptions);
    expect(keys.map((key) => salted.pick(`${key}|#|x`))).toEqual(keys.map((key) => ring.pick(`${key}-é`)));
    expect(keys.map(salted.pick)).not.toEqual(keys.map(ring.pick));
  });

  it('has a second preference that differs from key to key', () => {
    const owned = keys.filter((key) => ring.pick(key) === 4).map((key) => ring.replicas(key, 2));
    const seconds = new Set(owned.map(([, second]) => second));
    expect(owned.every(([first, second]) => first === 4 && second !== 4)).toBe(true);
    expect(seconds.size).toBe(options.algorithm === 'mcrouter-crc32' ? 1 : 9);
  });
});

describe('mcrouter-ch3', () => {
  it('moves keys only to the server that is added at the end', () => {
    const before = createRing(nodes(10), { algorithm: 'mcrouter-ch3' });
    const after = before.with({ host: 'new' });
    const moved = keys.filter((key) => before.pick(key) !== after.pick(key));
    expect(moved.every((key) => after.pick(key) === 10)).toBe(true);
    expect(moved.length).toBeGreaterThan(200);
  });
});

describe('mcrouter-const-shard', () => {
  const ring = createRing(nodes(10), { algorithm: 'mcrouter-const-shard' });
  const ch3 = createRing(nodes(10), { algorithm: 'mcrouter-ch3' });

  it('places a key by the number in it', () => {
    for (let shard = 0; shard < 10; shard++) expect(ring.pick(`name:${shard}:rest`)).toBe(shard);
    expect(ring.pick('/a/b/name:7:rest|#|x:1:')).toBe(7);
  });

  it('places a key without a number, or with one that no server has, as Ch3 does', () => {
    const others = ['name:10:rest', 'name:x:rest', 'name:3', 'name', ...keys];
    expect(others.map(ring.pick)).toEqual(others.map(ch3.pick));
  });
});

describe('mcrouter-weighted-ch3', () => {
  it('is Ch3 where all weights are 1', () => {
    const ring = createRing(nodes(10), { algorithm: 'mcrouter-weighted-ch3' });
    expect(keys.map(ring.pick)).toEqual(keys.map(createRing(nodes(10), { algorithm: 'mcrouter-ch3' }).pick));
  });

  it('gives a server of weight 0 nothing, and prefers it last', () => {
    const weighted = nodes(5).map((node, index) => ({ ...node, weight: index === 2 ? 0 : 0.9 }));
    const ring = createRing(weighted, { algorithm: 'mcrouter-weighted-ch3' });
    expect(new Set(keys.map(ring.pick))).toEqual(new Set([0, 1, 3, 4]));
    for (const key of keys.slice(0, 200)) expect(ring.replicas(key, 5).at(-1)).toBe(2);
  });

  it.each(['mcrouter-weighted-ch3', 'mcrouter-weighted-furc'] as const)(
    'gives up where all weights are 0, and uses every server (%s)',
    (algorithm) => {
      const ring = createRing(
        nodes(5).map((node) => ({ ...node, weight: 0 })),
        { algorithm },
      );
      expect(new Set(keys.map(ring.pick)).size).toBe(5);
    },
  );
});

describe('mcrouter-crc32', () => {
  it('knows exactly what every server owns', () => {
    const { shares, exact } = createRing(nodes(3), { algorithm: 'mcrouter-crc32' }).shares();
    expect(exact).toBe(true);
    expect(shares.map((share) => Math.round(share * 2 ** 31))).toEqual([715_827_883, 715_827_883, 715_827_882]);
  });
});
