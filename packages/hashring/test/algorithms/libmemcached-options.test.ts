import { describe, expect, it } from 'vitest';

import { createRing, hashKey, type Ring, type RingOptions } from '../../src/index.ts';

const nodes = ['b:2', 'a', '/run/s.sock', 'b:1', 'é', 'a.example'].map((text) => {
  const [host, port] = text.split(':');
  return { host: host!, ...(port !== undefined && { port: Number(port) }) };
});
const sorted = ['/run/s.sock', 'a', 'a.example', 'b:1', 'b:2', 'é'];
const name = ({ host, port }: { host: string; port?: number }): string =>
  port === undefined ? host : `${host}:${port}`;
const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);
const places = (ring: Ring): readonly string[] => keys.map((key) => name(ring.get(key)));
const algorithms = [
  'ketama',
  'libmemcached-consistent',
  'libmemcached-ketama-spy',
  'libmemcached-modula',
  'libmemcached-virtual-bucket',
] as const;

describe('sortHosts', () => {
  it('takes the hash of libmemcached-modula modulo the sorted list, and returns indexes of the given one', () => {
    const ring = createRing(nodes, { algorithm: 'libmemcached-modula', sortHosts: true });
    const expected = keys.map((key) => sorted[hashKey('one_at_a_time', key) % nodes.length]!);
    expect(places(ring)).toEqual(expected);
  });

  it.each(algorithms)('makes the order of the list of %s irrelevant', (algorithm) => {
    const options: RingOptions = { algorithm, sortHosts: true, hash: 'crc' };
    expect(places(createRing(nodes.toReversed(), options))).toEqual(places(createRing(nodes, options)));
  });

  it.each(algorithms)('gives a changed ring of %s what a new one has', (algorithm) => {
    const options: RingOptions = { algorithm, sortHosts: true, hash: 'crc' };
    const added = [{ host: 'aa' }, { host: 'zz' }, { host: '0' }];
    const ring = createRing(nodes, options);
    expect(places(ring.with(added))).toEqual(places(createRing([...nodes, ...added], options)));
    expect(places(ring.with(added).without(0).without(2))).toEqual(
      places(createRing([...nodes.slice(1, 3), ...nodes.slice(4), ...added], options)),
    );
  });

  it('decides which of two equal points counts', () => {
    const many = Array.from({ length: 60 }, (_, i) => ({
      host: `cache${(i * 37) % 60}-${'abcdef'[i % 6]}.dc${i % 7}.example`,
    }));
    const options: RingOptions = { algorithm: 'libmemcached-consistent', hash: 'crc' };
    const inOrder = [...many].sort((a, b) => (a.host < b.host ? -1 : 1));
    expect(places(createRing(many, { ...options, sortHosts: true }))).toEqual(places(createRing(inOrder, options)));
    const other = createRing(many, options);
    const asSorted = createRing(many, { ...options, sortHosts: true });
    const tied = Array.from({ length: 20_000 }, (_, i) => `key:${i}`).filter(
      (key) => other.pick(key) !== asSorted.pick(key),
    );
    expect(tied.length).toBeGreaterThan(0);
    expect(tied.length).toBeLessThan(2000);
  });
});

describe('hashPrefix', () => {
  it.each(algorithms)('has %s hash a prefix in front of every key', (algorithm) => {
    const plain = createRing(nodes, { algorithm });
    const prefixed = createRing(nodes, { algorithm, hashPrefix: 'é:' });
    for (const key of ['', 'a', 'key:1', 'ключ', 'x'.repeat(200)]) {
      expect(prefixed.pick(key)).toBe(plain.pick(`é:${key}`));
      expect(prefixed.pick(Buffer.from(key))).toBe(plain.pick(`é:${key}`));
    }
  });

  it('makes the hash 0 where prefix and key have more than 250 bytes', () => {
    const ring = createRing(nodes, { algorithm: 'libmemcached-modula', hashPrefix: 'app:' });
    const long = Array.from({ length: 50 }, (_, i) => `${i}`.padStart(247, 'x'));
    expect(long.map((key) => ring.pick(key))).toEqual(long.map(() => 0));
    const fits = long.map((key) => ring.pick(key.slice(1)));
    expect(fits).toEqual(long.map((key) => hashKey('one_at_a_time', `app:${key.slice(1)}`) % nodes.length));
    expect(new Set(fits).size).toBeGreaterThan(1);
  });

  it('keeps rings with different prefixes from being compared by hash', () => {
    const [one, two] = ['a:', 'b:'].map((hashPrefix) => createRing(nodes, { hashPrefix }));
    expect(one!.diff(two!).exact).toBe(false);
    expect(one!.diff(createRing(nodes, { hashPrefix: 'a:' }))).toMatchObject({ exact: true, moved: 0 });
  });
});

describe('charSignedness', () => {
  it('moves keys that are not ASCII, and only those', () => {
    const options = { algorithm: 'libmemcached-modula' } as const;
    const [x86, arm] = (['signed', 'unsigned'] as const).map((charSignedness) =>
      createRing(nodes, { ...options, charSignedness }),
    );
    expect(places(arm!)).toEqual(places(x86!));
    expect(keys.filter((key) => x86!.pick(`${key}é`) !== arm!.pick(`${key}é`)).length).toBeGreaterThan(200);
    expect(x86!.diff(arm!).exact).toBe(false);
  });

  it('also moves the points of nodes whose names are not ASCII', () => {
    const hosts = ['é', 'ü', 'ñ'].map((host) => ({ host }));
    const [x86, arm] = (['signed', 'unsigned'] as const).map((charSignedness) =>
      createRing(hosts, { algorithm: 'libmemcached-consistent', charSignedness }),
    );
    expect(places(arm!)).not.toEqual(places(x86!));
  });
});
