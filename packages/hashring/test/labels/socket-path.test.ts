import { describe, expect, it } from 'vitest';

import { type AlgorithmOptions, algorithms } from '../../src/algorithms/algorithms.ts';
import { createRing, type RingOptions } from '../../src/index.ts';
import { nodeAddress } from '../../src/labels/address.ts';
import { socketPath } from '../../src/labels/socket-path.ts';

const FORMS = ['', 'unix:', 'unix://'] as const;
const named = Object.keys(algorithms) as (keyof AlgorithmOptions)[];

describe('socketPath', () => {
  it.each([
    ['/tmp/a.sock', '/tmp/a.sock'],
    ['unix:/tmp/a.sock', '/tmp/a.sock'],
    ['unix:///tmp/a.sock', '/tmp/a.sock'],
    ['UNIX:/tmp/a.sock', '/tmp/a.sock'],
    ['unix', undefined],
    ['unix:tmp', undefined],
    ['cache-1', undefined],
  ])('of %s is %s', (host, path) => {
    expect(socketPath(host)).toBe(path);
  });
});

/** A node of another label takes its share of them, whatever the algorithm. */
const keys = Array.from({ length: 3000 }, (_, at) => `key:${at}`);

const socketsOf = (form: string) => ['a', 'b', 'c'].map((name) => ({ host: `${form}/tmp/${name}.sock` }));

describe.each(FORMS)('a unix socket written %s/path', (form) => {
  it('is the node of that path', () => {
    expect(nodeAddress({ host: `${form}/tmp/a.sock` })).toBe('/tmp/a.sock');
    const ring = createRing(socketsOf(form), { algorithm: 'pecl-memcache-consistent' });
    for (const other of FORMS) {
      expect(ring.without({ host: `${other}/tmp/a.sock` }).nodes.map(({ host }) => host)).toEqual([
        `${form}/tmp/b.sock`,
        `${form}/tmp/c.sock`,
      ]);
    }
  });

  it('may have port 0, as PHP wants it', () => {
    expect(createRing([{ host: `${form}/tmp/a.sock`, port: 0 }]).pick('k')).toBe(0);
  });

  // nginx hashes the slashes of unix:///path too.
  it.each(named.filter((name) => name !== 'nginx-consistent'))('is hashed as its path by %s', (algorithm) => {
    const written = createRing(socketsOf(form), { algorithm } as RingOptions);
    const plain = createRing(socketsOf(''), { algorithm } as RingOptions);
    expect(written.nodes.map(nodeAddress)).toEqual(plain.nodes.map(nodeAddress));
    expect(written.pickMany(keys)).toEqual(plain.pickMany(keys));
  });
});

it('does not move where PECL memcache and nginx say the same sockets in their ways', () => {
  for (const algorithm of ['pecl-memcache-consistent', 'nginx-consistent'] as const) {
    const rings = ['', 'unix:'].map((form) => createRing(socketsOf(form), { algorithm }));
    expect(rings[0]!.diff(rings[1]!).moved).toBe(0);
  }
});
