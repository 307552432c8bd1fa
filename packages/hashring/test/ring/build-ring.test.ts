import { describe, expect, it } from 'vitest';

import { createRing, fromJSON, type RingNode } from '../../src/index.ts';

const four = ['a', 'b', 'c', 'd'].map((host) => ({ host }));

describe('a ring', () => {
  it('fills the array that pickMany is given, which must be long enough', () => {
    const ring = createRing(four);
    const out = new Uint32Array(5).fill(9);
    expect(ring.pickMany(['x', 'y', 'z'], out)).toBe(out);
    expect([...out]).toEqual([ring.pick('x'), ring.pick('y'), ring.pick('z'), 9, 9]);
    expect(() => ring.pickMany(['x', 'y'], new Uint32Array(1))).toThrow('out must hold 2 indexes, it holds 1');
  });

  it('names a node by its index or by host and port', () => {
    const ring = createRing([...four, { host: 'e', port: 7 }]);
    expect(ring.without(4).nodes).toEqual(ring.without({ host: 'e', port: 7 }).nodes);
    expect(ring.without({ host: 'a', port: 11_211 }).nodes).toEqual(ring.nodes.slice(1));
    expect(() => ring.without(5)).toThrow(new RangeError('the ring has no node 5, only 0 to 4'));
    expect(() => ring.reweight({ host: 'e' }, 2)).toThrow('the ring has no node e:11211');
    expect(() => ring.eject([{ host: 'f', port: 1 }])).toThrow('the ring has no node f:1');
  });

  it('refuses nodes that are no objects', () => {
    for (const nodes of [['a:11211'], [null], [7]]) {
      const create = (): unknown => createRing(nodes as unknown as RingNode[]);
      expect(create).toThrow(`node 0 must be an object such as {host: 'cache-1'}, got ${JSON.stringify(nodes[0])}`);
    }
    expect(() => createRing('a:11211' as unknown as RingNode[])).toThrow('nodes must be an array, got string');
  });
});

describe('an ejected ring', () => {
  it('is the ring itself when nobody is ejected', () => {
    const ring = createRing(four);
    expect(ring.eject([])).toBe(ring);
    const ejected = ring.eject([1]);
    expect(ejected.eject([{ host: 'b' }])).toBe(ejected);
    expect(ring.toJSON()).not.toHaveProperty('ejected');
  });

  it('cannot lose its last live node, nor be changed', () => {
    const ejected = createRing(four).eject([0, 2]);
    expect(() => ejected.eject([1, 3])).toThrow(new RangeError('a ring needs at least one live node'));
    for (const change of [() => ejected.with({ host: 'e' }), () => ejected.without(1), () => ejected.reweight(1, 2)]) {
      expect(change).toThrow('a ring with ejected nodes does not change');
    }
  });

  it('goes on where it is when it is read from JSON', () => {
    const ejected = fromJSON(createRing(four).eject([3]).toJSON());
    expect(ejected.nodes).toEqual(four);
    for (let i = 0; i < 100; i++) expect(ejected.pick(`key:${i}`)).not.toBe(3);
    expect(ejected.eject([0]).toJSON().ejected).toEqual([0, 3]);
  });

  it('is refused where the ecosystem does not eject', () => {
    expect(() => createRing(four, { algorithm: 'gomemcache' }).eject([0])).toThrow(
      new TypeError('gomemcache does not eject nodes: use sequence or without'),
    );
  });
});

describe('sequence', () => {
  it('ends where only nodes are left that have no place because of their weight', () => {
    const nodes = [{ host: 'idle', weight: 0 }, { host: 'a' }, { host: 'b' }];
    const ring = createRing(nodes, { algorithm: 'twemproxy-ketama' });
    for (let i = 0; i < 50; i++) {
      expect([...ring.sequence(`key:${i}`)].toSorted((a, b) => a - b)).toEqual([1, 2]);
      expect(ring.replicas(`key:${i}`, 3)[2]).toBe(0);
    }
  });

  it('is only the owner where the client does not fail over', () => {
    const ring = createRing(four, { algorithm: 'gomemcache' });
    expect([...ring.sequence('key')]).toEqual([ring.pick('key')]);
  });
});

describe('shares', () => {
  it('are counted over numbers where keys are numbers', () => {
    for (const options of [
      { algorithm: 'jump', hash: 'uint64' },
      { algorithm: 'anchor', hash: 'crc32c' },
    ] as const) {
      const ring = createRing(four, options);
      const { shares, exact, samples } = ring.shares();
      expect({ exact, samples }).toEqual({ exact: false, samples: 200_000 });
      for (const share of shares) expect(share).toBeCloseTo(0.25, 2);
      expect(ring.diff(createRing(four.slice(0, 3), options)).moved).toBeCloseTo(0.25, 2);
    }
  });

  it('say exactly what moves between a ring of points and a list, where both hash alike', () => {
    const nodes = [...four, { host: 'e', weight: 3 }];
    const points = createRing(nodes, { algorithm: 'nginx-consistent' });
    const list = createRing(four, { algorithm: 'gomemcache' });
    const { exact, moved, moves } = points.diff(list);
    expect(exact).toBe(true);
    expect(list.diff(points).moved).toBeCloseTo(moved, 12);
    // Whatever `e` has goes, in equal parts: the list does not know it.
    const fromE = moves.filter(({ from }) => from === 4);
    expect(fromE).toHaveLength(4);
    for (const { share } of fromE) expect(share).toBeCloseTo(points.shares().shares[4]! / 4, 6);
  });
});
