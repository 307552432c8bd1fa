import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';

const nodes = (count: number): { readonly host: string }[] =>
  Array.from({ length: count }, (_, index) => ({ host: `node-${index}` }));
const keys = Array.from({ length: 5000 }, (_, index) => `key:${index}`);

describe('maglev', () => {
  it('gives every node the same number of places, give or take one', () => {
    const { shares, exact } = createRing(nodes(7), { algorithm: 'maglev', tableSize: 251 }).shares();
    expect(exact).toBe(true);
    const places = shares.map((share) => Math.round(share * 251));
    expect(new Set(places)).toEqual(new Set([36, 35]));
  });

  it('moves few more keys than it must when a node leaves', () => {
    const ring = createRing(nodes(50), { algorithm: 'maglev' });
    const { moved, exact } = ring.diff(ring.without(20));
    expect(exact).toBe(true);
    expect(moved).toBeGreaterThanOrEqual(0.0199);
    expect(moved).toBeLessThan(0.04);
  });

  it('ejects a node by filling the table without it', () => {
    const ring = createRing(nodes(5), { algorithm: 'maglev' });
    const ejected = ring.eject([2]);
    const rebuilt = ring.without(2);
    expect(keys.map((key) => ejected.get(key).host)).toEqual(keys.map((key) => rebuilt.get(key).host));
  });

  it('prefers the owners of the places behind', () => {
    const ring = createRing(nodes(3), { algorithm: 'maglev', tableSize: 3, hash: 'uint64' });
    const [first, second, third] = ['0', '1', '2'].map((key) => ring.pick(key));
    expect(ring.replicas('1', 3)).toEqual([second, third, first]);
  });

  it.each([2, 4, 9, 65_536, 1_048_583, 3.5])('refuses a tableSize of %d', (tableSize) => {
    expect(() => createRing(nodes(2), { algorithm: 'maglev', tableSize })).toThrow(
      `tableSize of maglev must be a prime number from 3 to 1048573, got ${tableSize}`,
    );
  });

  it('refuses more nodes than places', () => {
    expect(() => createRing(nodes(4), { algorithm: 'maglev', tableSize: 3 })).toThrow(
      '4 nodes need a tableSize of at least as many, got 3',
    );
  });

  it('has a place for each of more than 65,536 nodes', () => {
    const ring = createRing(nodes(65_537), { algorithm: 'maglev', hash: 'uint64' });
    const owners = Array.from({ length: 65_537 }, (_, place) => ring.pick(String(place)));
    expect(new Set(owners).size).toBe(65_537);
  });
});
