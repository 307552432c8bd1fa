import { describe, expect, it } from 'vitest';

import { createRing, type RingNode, type RingOptions } from '../../src/index.ts';

const nodes: readonly RingNode[] = [
  { host: 'cache-12', weight: 2 },
  { host: 'cache-2', port: 11_212 },
  { host: '/run/cache.sock' },
  { host: '10.0.0.1', weight: 3, label: 'db' },
];
const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);

describe.each(['twemproxy-ketama', 'twemproxy-modula'] as const)('%s', (algorithm) => {
  const ring = createRing(nodes, { algorithm });

  it('gives a server the same keys wherever it stands in the list', () => {
    const turned = createRing([nodes[2]!, nodes[0]!, nodes[3]!, nodes[1]!], { algorithm });
    for (const key of keys) expect(turned.get(key)).toEqual(ring.get(key));
  });

  it('answers after a change as a ring does that is built anew', () => {
    const more = { host: 'a' };
    const changed = ring.without(1).with(more).reweight(0, 5);
    const list = [{ ...nodes[0]!, weight: 5 }, nodes[2]!, nodes[3]!, more];
    const anew = createRing(list, { algorithm });
    for (const key of keys) expect(changed.pick(key)).toBe(anew.pick(key));
    expect(changed.shares()).toEqual(anew.shares());
  });

  it('answers after an ejection as the ring of the live servers', () => {
    const live = createRing([nodes[1]!, nodes[3]!], { algorithm });
    const ejected = ring.eject([0]).eject([2]);
    for (const key of keys) expect(ejected.get(key)).toEqual(live.get(key));
  });

  it('hashes what stands within the hash tag', () => {
    const tagged = createRing(nodes, { algorithm, hashTag: '{}' });
    for (const key of keys) {
      expect(tagged.pick(`a{${key}}b`)).toBe(ring.pick(key));
      expect(tagged.pick(key)).toBe(ring.pick(key));
    }
  });

  it('takes 0 for the hash of an empty key, whatever the hash', () => {
    const hashes = ['fnv1a_64', 'md5', 'jenkins', 'murmur'] as const;
    const empty = hashes.map((hash) => createRing(nodes, { algorithm, hash }).pick(''));
    expect(new Set(empty).size).toBe(1);
    expect(createRing(nodes, { algorithm, hashTag: '{}' }).pick(new Uint8Array(0))).toBe(empty[0]);
  });

  it('asks no second server where none is ejected', () => {
    const staying = createRing(nodes, { algorithm, autoEjectHosts: false });
    expect([...staying.sequence('key')]).toEqual([ring.pick('key')]);
    expect([...ring.sequence('key')]).toHaveLength(nodes.length);
    expect(staying.eject([ring.pick('key')]).pick('key')).toBe([...ring.sequence('key')][1]);
  });

  it('places other keys under an unsigned char only if they are not ASCII', () => {
    const unsigned = createRing(nodes, { algorithm, charSignedness: 'unsigned' });
    for (const key of keys) expect(unsigned.pick(key)).toBe(ring.pick(key));
    const moved = keys.filter((key) => unsigned.pick(`${key}ö`) !== ring.pick(`${key}ö`));
    expect(moved.length).toBeGreaterThan(50);
  });

  it('has twelve hashes, no two of which place keys alike', () => {
    const hashes = [
      'one_at_a_time',
      'md5',
      'crc16',
      'crc32',
      'crc32a',
      'fnv1_64',
      'fnv1a_64',
      'fnv1_32',
      'fnv1a_32',
      'hsieh',
      'murmur',
      'jenkins',
    ] as const;
    const places = hashes.map((hash) => String(createRing(nodes, { algorithm, hash }).pickMany(keys)));
    expect(new Set(places).size).toBe(12);
  });

  it('gives a server of weight 0 no key', () => {
    const light = createRing([{ host: 'a', weight: 0 }, { host: 'b' }, { host: 'c' }], { algorithm });
    expect(light.shares().shares[0]).toBe(0);
    expect(() =>
      createRing(
        [
          { host: 'a', weight: 0 },
          { host: 'b', weight: 0 },
        ],
        { algorithm },
      ),
    ).toThrow('weights are 0');
  });

  it.each([
    [{ hash: 'crc' }, 'hash of twemproxy-'],
    [{ hashTag: '{' }, 'must be two characters'],
    [{ hashTag: '漢' }, 'must be two characters'],
    [{ charSignedness: 'neither' }, 'charSignedness'],
    [{ hash_tag: '{}' }, 'has no option "hash_tag"'],
  ])('refuses %o', (options, message) => {
    expect(() => createRing(nodes, { algorithm, ...options } as RingOptions)).toThrow(message);
  });
});

it('twemproxy-ketama with md5 is libmemcached ketama, for all keys', () => {
  const list = [{ host: 'a' }, { host: 'bb', port: 7, weight: 3 }, { host: 'c' }];
  const diff = createRing(list).diff(createRing(list, { algorithm: 'twemproxy-ketama', hash: 'md5' }));
  expect(diff).toMatchObject({ moved: 0, exact: true });
});
