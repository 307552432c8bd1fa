import { describe, expect, it } from 'vitest';

import { createRing, hashKey, type Ring, type RingNode, type RingOptions } from '../../src/index.ts';

const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
const places = (ring: Ring): readonly string[] => keys.map((key) => ring.get(key).host);
const light: readonly RingNode[] = ['a', 'b', 'c'].map((host) => ({ host }));
const heavy = { host: 'd', weight: 3 };
const consistent = (options: object = {}): RingOptions => ({ algorithm: 'libmemcached-consistent', ...options });

describe('libmemcached-consistent', () => {
  it('hashes 100 points for each node with the hash of the keys', () => {
    const ring = createRing(light, consistent({ hash: 'crc', weighted: 'never' }));
    const points = light.flatMap(({ host }, owner) =>
      Array.from({ length: 100 }, (_, i) => ({ value: hashKey('crc', `${host}-${i}`), owner })),
    );
    points.sort((a, b) => a.value - b.value || a.owner - b.owner);
    for (const key of keys) {
      const found = points.find(({ value }) => value >= hashKey('crc', key)) ?? points[0]!;
      expect(ring.pick(key)).toBe(found.owner);
    }
  });

  it('switches to the points of ketama when a weight above 1 appears, and back when it goes', () => {
    const weighted = createRing([...light, heavy], { algorithm: 'ketama', hash: 'one_at_a_time' });
    const ring = createRing(light, consistent());
    expect(places(ring.with(heavy))).toEqual(places(weighted));
    expect(places(ring.with(heavy).without(3))).toEqual(places(ring));
    expect(places(ring.reweight(1, 2))).toEqual(
      places(createRing([light[0]!, { host: 'b', weight: 2 }, light[2]!], consistent())),
    );
    expect(places(ring.reweight(1, 2).reweight(1, 1))).toEqual(places(ring));
    expect(places(ring.with({ host: 'e', weight: 0 }).with({ host: 'f' }))).toEqual(
      places(createRing([...light, { host: 'e' }, { host: 'f' }], consistent({ weighted: 'never' }))),
    );
  });

  it('stays weighted while the only heavy node is ejected: it is still in the list', () => {
    const ejected = createRing([...light, heavy], consistent()).eject([3]);
    expect(places(ejected)).toEqual(places(createRing(light, consistent({ weighted: 'always' }))));
    expect(places(ejected)).not.toEqual(places(createRing(light, consistent())));
    expect(places(ejected.eject([0]))).toEqual(places(createRing(light.slice(1), consistent({ weighted: 'always' }))));
  });

  it('ignores weights that were there before the distribution', () => {
    const ring = createRing([...light, heavy], consistent({ weighted: 'never' }));
    expect(places(ring)).toEqual(places(createRing([...light, { host: 'd' }], consistent())));
  });

  it('keeps points of another hash until a dead node has it build the ring again', () => {
    const ring = createRing(light, consistent({ hash: 'md5', pointHash: 'one_at_a_time' }));
    expect(places(ring)).not.toEqual(places(createRing(light, consistent({ hash: 'md5' }))));
    expect(places(ring.eject([1]))).toEqual(places(createRing([light[0]!, light[2]!], consistent({ hash: 'md5' }))));
  });

  it('fails over to the ring of the live nodes, or not at all without removeFailedServers', () => {
    const ring = createRing(light, consistent());
    const alone = createRing(light, consistent({ removeFailedServers: false }));
    for (const key of keys.slice(0, 50)) {
      const order = [...ring.sequence(key)];
      expect(order).toHaveLength(3);
      expect(order[1]).toBe(ring.eject([order[0]!]).pick(key));
      expect([...alone.sequence(key)]).toEqual([order[0]]);
      expect(alone.eject([order[0]!]).pick(key)).toBe(order[1]);
    }
  });

  it('hashes keys in the 32,768 values of crc, of which shares are computed exactly', () => {
    const ring = createRing(light, consistent({ hash: 'crc' }));
    const counts = light.map(() => 0);
    const byHash = new Map(Array.from({ length: 400_000 }, (_, i) => [hashKey('crc', `k${i}`), `k${i}`]));
    expect(byHash.size).toBe(32_768);
    for (const key of byHash.values()) counts[ring.pick(key)]!++;
    expect(ring.shares().shares).toEqual(counts.map((count) => count / 32_768));
  });
});
