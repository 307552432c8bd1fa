import { describe, expect, it } from 'vitest';

import { createRing, fromJSON, type RingOptions } from '../../src/index.ts';

const keys = Array.from({ length: 2000 }, (_, i) => `key:${i}`);

describe('a ring', () => {
  it('does not change with the nodes and options that it was made of', () => {
    const nodes = [{ host: 'a', weight: 1 }, { host: 'b' }, { host: 'c' }];
    const options = { algorithm: 'libmemcached-virtual-bucket' as const, buckets: [0, 1, 2, 0] };
    const ring = createRing(nodes, options);
    const before = JSON.stringify(ring);
    const places = [...ring.pickMany(keys)];
    nodes[0]!.host = 'elsewhere';
    options.buckets[0] = 2;
    expect(JSON.stringify(ring)).toBe(before);
    const restored = fromJSON(JSON.parse(before));
    expect([...restored.pickMany(keys)]).toEqual(places);
    const grown = ring.with({ host: 'd' });
    expect([...grown.pickMany(keys)]).toEqual([...createRing(grown.nodes, grown.options).pickMany(keys)]);
  });

  it('cannot be changed', () => {
    const ring = createRing([{ host: 'a' }, { host: 'b' }]);
    expect(() => Object.assign(ring.nodes[0]!, { host: 'x' })).toThrow(/read only/);
    expect(() => Object.assign(ring.options, { algorithm: 'x' })).toThrow(/read only/);
    expect(() => Object.assign(ring, { pick: () => 1 })).toThrow(/read only/);
  });

  it('takes nodes whose fields are getters', () => {
    class Server {
      readonly #port = 11_212;
      get host(): string {
        return 'a';
      }
      get port(): number {
        return this.#port;
      }
    }
    expect(createRing([new Server()]).get('key')).toEqual({ host: 'a', port: 11_212 });
  });

  it('shares its nodes with the rings that it is changed to', () => {
    const ring = createRing([{ host: 'a' }, { host: 'b' }]);
    expect(ring.with({ host: 'c' }).nodes[1]).toBe(ring.nodes[1]);
  });
});

describe('a ring refuses', () => {
  const ring = createRing([{ host: 'a' }, { host: 'b' }]);
  it.each<[string, () => unknown, string]>([
    ['no options', () => createRing(ring.nodes, null as never), 'options must be an object'],
    ['a name for options', () => createRing(ring.nodes, 'ketama' as never), 'options must be an object'],
    [
      'a preset with nodes of its own',
      () => createRing(ring.nodes, { nodes: [], options: {} } as unknown as RingOptions),
      'createRing(nodes, options)',
    ],
    ['text instead of JSON', () => fromJSON(JSON.stringify(ring) as never), 'a ring as JSON must be an object'],
    ['JSON without nodes', () => fromJSON({} as never), 'a ring as JSON must be an object'],
    [
      'a state for an algorithm without one',
      () => fromJSON({ ...ring.toJSON(), state: [1] }),
      'ketama has no state, got [1]',
    ],
    ['a name for a node', () => ring.without('a' as never), 'a node must be an index or have a host, got "a"'],
    ['a label for a node', () => ring.without({ label: 'x' } as never), 'a node must be an index or have a host'],
    ['a node that is not there', () => ring.without({ host: 'c' }), 'the ring has no node c:11211'],
    ['an index that is not there', () => ring.without(2), 'the ring has no node 2, only 0 to 1'],
    ['one dead node instead of a list', () => ring.eject(0 as never), 'dead must be an array of nodes'],
    ['a difference from nothing', () => ring.diff({} as never), 'diff takes another ring'],
    ['no weight', () => ring.reweight(0, undefined as never), 'weight must be a number, got undefined'],
    ['text instead of keys', () => ring.pickMany('abc' as never), 'keys must be an array'],
    [
      'to change while nodes are ejected',
      () => ring.eject([0]).with({ host: 'c' }),
      'change the whole ring, then eject',
    ],
  ])('%s', (_what, act, message) => {
    expect(act).toThrow(message);
  });

  it.each(['ketama', 'twemproxy-ketama', 'dalli', 'nginx-consistent', 'maglev'] as const)(
    'what is no key, under %s',
    (algorithm) => {
      for (const nodes of [ring.nodes, ring.nodes.slice(0, 1)]) {
        const { pick } = createRing(nodes, { algorithm });
        expect(() => pick(undefined as never)).toThrow('a key must be a string or a Uint8Array, got undefined');
        expect(() => pick(null as never)).toThrow('a key must be a string or a Uint8Array, got null');
        expect(() => pick(7 as never)).toThrow('a key must be a string or a Uint8Array, got number');
      }
    },
  );
});
