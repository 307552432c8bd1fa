import { describe, expect, it } from 'vitest';

import { createRing, type RingNode } from '../../src/index.ts';

const three = [{ host: 'cache-a' }, { host: 'cache-b', port: 11_212 }, { host: '/run/cache-c.sock' }];

describe('createRing', () => {
  it('returns the node that pick points at', () => {
    const ring = createRing(three);
    for (const key of ['a', 'b', 'c', 'd', 'e']) expect(ring.get(key)).toBe(ring.nodes[ring.pick(key)]);
  });

  it('hands every key to a single node', () => {
    const ring = createRing([{ host: 'cache-a', name: 'first' }]);
    expect(ring.pick('anything')).toBe(0);
    expect(ring.get('anything').name).toBe('first');
    expect(ring.replicas('anything', 3)).toEqual([0]);
  });

  it('does not change when the given array does', () => {
    const nodes: RingNode[] = [...three];
    const ring = createRing(nodes);
    const before = ring.get('key');
    nodes.reverse();
    expect(ring.get('key')).toBe(before);
    expect(ring.nodes).toEqual(three);
  });

  it('takes port 11211 for a node without a port', () => {
    const explicit = createRing([
      { host: 'a', port: 11_211 },
      { host: 'b', port: 11_211 },
    ]);
    const implicit = createRing([{ host: 'a' }, { host: 'b' }]);
    for (let i = 0; i < 100; i++) expect(explicit.pick(`key:${i}`)).toBe(implicit.pick(`key:${i}`));
  });

  it('puts nodes too light for a point at the end of the replicas', () => {
    const ring = createRing([{ host: 'feather' }, { host: 'rock', weight: 200 }]);
    for (let i = 0; i < 100; i++) expect(ring.replicas(`key:${i}`, 2)).toEqual([1, 0]);
  });

  it('spreads keys over thousands of nodes', () => {
    const ring = createRing(Array.from({ length: 2000 }, (_, i) => ({ host: `cache-${i}` })));
    const used = new Set(Array.from({ length: 50_000 }, (_, i) => ring.pick(`key:${i}`)));
    expect(used.size).toBe(2000);
  });

  it('gives ten equal nodes about a tenth of the keys each', () => {
    const ring = createRing(Array.from({ length: 10 }, (_, i) => ({ host: `10.0.0.${i + 1}` })));
    const counts = new Uint32Array(10);
    for (let i = 0; i < 50_000; i++) counts[ring.pick(`key:${i}`)]!++;
    expect(Math.max(...counts)).toBeLessThan(6500);
    expect(Math.min(...counts)).toBeGreaterThan(3500);
  });
});

describe('createRing refuses', () => {
  it.each<[string, readonly RingNode[], typeof Error, string]>([
    ['an empty list', [], RangeError, 'at least one node'],
    ['an empty host', [{ host: 'a' }, { host: '' }], TypeError, 'node 1 needs a host'],
    [
      'one node twice',
      [{ host: 'a' }, { host: 'b' }, { host: 'a', port: 11_211 }],
      TypeError,
      'node 2 (a:11211) has the same label as node 0',
    ],
    [
      'a host that spells the label of another node',
      [{ host: 'a', port: 1 }, { host: 'a:1' }],
      TypeError,
      'same label as node 0: a:1',
    ],
    ['a fractional weight', [{ host: 'a', weight: 1.5 }], RangeError, 'the weight of node 0 (a)'],
    ['a negative weight', [{ host: 'a', port: 7, weight: -1 }], RangeError, 'the weight of node 0 (a:7)'],
    ['a port that does not exist', [{ host: 'a', port: 65_536 }], RangeError, 'the port of node 0 (a:65536)'],
    ['port 0', [{ host: 'a', port: 0 }], RangeError, 'the port of node 0'],
  ])('%s', (_what, nodes, type, message) => {
    expect(() => createRing(nodes)).toThrow(type);
    expect(() => createRing(nodes)).toThrow(message);
  });

  it('an algorithm or a hash that it does not have', () => {
    expect(() => createRing(three, { algorithm: 'nonsense' as 'ketama' })).toThrow(
      /algorithm must be one of ketama.*, got "nonsense"/,
    );
    expect(() => createRing(three, { hash: 'nonsense' as 'md5' })).toThrow(
      /hash of ketama must be one of .*"md5".*, got "nonsense"/,
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('%d replicas', (count) => {
    expect(() => createRing(three).replicas('key', count)).toThrow(RangeError);
    expect(() => createRing([{ host: 'a' }]).replicas('key', count)).toThrow(RangeError);
  });
});
