import { describe, expect, it } from 'vitest';

import { createRing, presets } from '../../src/index.ts';

const { mcrouter } = presets;
const servers = ['10.0.0.1:11211', '10.0.0.2:11212', '10.0.0.3:11213'];
const pools = { A: { servers }, B: { servers: servers.slice(0, 2) } };
const [first, second, third] = servers.map((server) => {
  const [host, port] = server.split(':');
  return { host: host!, port: Number(port) };
});
const plain = [first, second, third];

describe('the route', () => {
  it.each([
    ['PoolRoute|A'],
    [{ type: 'PoolRoute', pool: 'A' }],
    [{ type: 'PoolRoute', pool: { name: 'inline', servers } }],
    [{ type: 'PoolRoute', pool: 'A', hash: 'Ch3' }],
    [{ type: 'PoolRoute', pool: 'A', hash: { hash_func: 'Ch3' }, shadows: [], asynclog: false }],
    ['HashRoute|Pool|A'],
    [{ type: 'HashRoute', children: 'Pool|A' }],
    [{ type: 'HashRoute', children: ['Pool|A'], hash_func: 'Ch3' }],
  ])('%o leads to the servers of a pool with Ch3', (route) => {
    expect(mcrouter({ pools, route })).toEqual({ nodes: plain, options: { algorithm: 'mcrouter-ch3', salt: '' } });
  });

  it('is the only one of routes, or the one with an alias', () => {
    const routes = [
      { aliases: ['/a/a/', '/a/b/'], route: 'PoolRoute|A' },
      { aliases: ['/b/b/'], route: 'PoolRoute|B' },
    ];
    expect(mcrouter({ pools, routes: routes.slice(1) }).nodes).toEqual([first, second]);
    expect(mcrouter({ pools, routes }, '/b/b/').nodes).toEqual([first, second]);
    expect(mcrouter({ pools, routes }, '/a/b/').nodes).toEqual(plain);
    expect(() => mcrouter({ pools, routes })).toThrow('the prefix must be one of /a/a/, /a/b/, /b/b/: say which one');
    expect(() => mcrouter({ pools, routes }, '/c/')).toThrow(
      new RangeError('the prefix must be one of /a/a/, /a/b/, /b/b/: got "/c/"'),
    );
  });

  it.each([
    ['FailoverRoute', { type: 'FailoverRoute', children: ['PoolRoute|A', 'PoolRoute|B'] }],
    ['AllSyncRoute', 'AllSyncRoute|Pool|A'],
    ['NullRoute', 'NullRoute'],
  ])('is refused by name where it is a %s', (type, route) => {
    expect(() => mcrouter({ pools, route })).toThrow(
      new RangeError(
        `a route of type "${type}" does not send a key to one server of one pool: give one of type PoolRoute or HashRoute`,
      ),
    );
  });

  it.each([
    [{}, 'an mcrouter configuration needs a route'],
    [{ route: 7 }, 'a route must be a string or an object, got 7'],
    [{ routes: 'PoolRoute|A' }, 'routes must be a list of objects'],
    [{ route: 'PoolRoute|C' }, 'the pool must be one of A, B, got "C"'],
    [{ route: 'PoolRoute|toString' }, 'the pool must be one of A, B, got "toString"'],
    [{ route: { type: 'PoolRoute', pool: 'A', hash: 3 } }, 'the hash of a route must be a string or an object, got 3'],
    [{ route: { type: 'PoolRoute', pool: 'A', shard_splits: {} } }, 'shard_splits send one key to several servers'],
    [
      { route: { type: 'HashRoute', children: ['Pool|A', 'Pool|B'] } },
      'the children of a HashRoute must be one pool, "Pool|name", got ["Pool|A","Pool|B"]',
    ],
  ])('%o is refused', (config, message) => {
    expect(() => mcrouter({ pools, ...config })).toThrow(message);
  });
});

describe('the hash', () => {
  const hashed = (hash: unknown, pool: object = {}): ReturnType<typeof mcrouter> =>
    mcrouter({ pools: { A: { servers, ...pool } }, route: { type: 'PoolRoute', pool: 'A', hash } });

  it.each([
    ['Crc32', 'mcrouter-crc32'],
    ['ConstShard', 'mcrouter-const-shard'],
  ])('%s is %s', (name, algorithm) => {
    expect(hashed(name)).toEqual({ nodes: plain, options: { algorithm, salt: '' } });
    expect(hashed({ hash_func: name, salt: 'salt' })).toEqual({ nodes: plain, options: { algorithm, salt: 'salt' } });
  });

  it.each([
    ['WeightedCh3', 'mcrouter-weighted-ch3'],
    ['WeightedCh4', 'mcrouter-weighted-furc'],
  ])('%s has weights: 0.5 where one is missing, and none too many', (name, algorithm) => {
    const { nodes, options } = hashed({ hash_func: name, weights: [1, 0.25] });
    expect(options).toEqual({ algorithm, salt: '' });
    expect(nodes.map(({ weight }) => weight)).toEqual([1, 0.25, 0.5]);
    expect(hashed({ hash_func: name, weights: [0, 1, 0.3, 5, 100] }).nodes.map(({ weight }) => weight)).toEqual([
      0, 1, 0.3,
    ]);
  });

  it('is WeightedCh3 for a pool with weights, unless the route says otherwise', () => {
    const weights = [1, 0.5, 0.1];
    expect(hashed({ salt: 's' }, { weights }).options).toEqual({ algorithm: 'mcrouter-weighted-ch3', salt: 's' });
    expect(hashed({}, { weights }).nodes.map(({ weight }) => weight)).toEqual(weights);
    expect(hashed('Ch3', { weights })).toEqual({ nodes: plain, options: { algorithm: 'mcrouter-ch3', salt: '' } });
    expect(hashed({ weights: [0, 0, 1] }, { weights }).nodes.map(({ weight }) => weight)).toEqual([0, 0, 1]);
  });

  it('knows servers by their tags in rendezvous hashing', () => {
    const tags = ['one', 'two', 'three'];
    const labelled = plain.map((node, index) => ({ ...node, label: tags[index] }));
    expect(hashed({ hash_func: 'Rendezvous', tags })).toEqual({
      nodes: labelled,
      options: { algorithm: 'mcrouter-rendezvous', salt: '' },
    });
    expect(hashed('Rendezvous', { tags }).nodes).toEqual(labelled);
    const weighted = { nodes: labelled.map((node, index) => ({ ...node, weight: [1, 0.5, 0.25][index] })) };
    expect(hashed({ hash_func: 'WeightedRendezvous', tags, weights: { one: 1, three: 0.25 } })).toMatchObject(weighted);
    expect(hashed({ hash_func: 'WeightedRendezvous', tags, weights: [1, 0.5, 0.25] })).toMatchObject(weighted);
  });

  it.each([
    [
      { hash_func: 'LoadBalancer' },
      'the hash_func of pool "A" must be one of Ch3, WeightedCh3, WeightedCh4, Crc32, ConstShard, Rendezvous, WeightedRendezvous, got "LoadBalancer"',
    ],
    ['toString', 'got "toString"'],
    [{ salt: 1 }, 'the salt of pool "A" must be a string, got 1'],
    ['Rendezvous', 'pool "A" needs tags, a string for each of its 3 servers, got undefined'],
    [{ hash_func: 'Rendezvous', tags: ['a'] }, 'pool "A" needs tags, a string for each of its 3 servers, got ["a"]'],
    ['WeightedCh3', 'pool "A" needs weights, a number from 0 to 1 for each server, got undefined'],
    [{ hash_func: 'WeightedCh3', weights: [1, 2] }, 'pool "A" has a weight that is not a number from 0 to 1: 2'],
    [{ hash_func: 'WeightedCh3', weights: ['1'] }, 'pool "A" has a weight that is not a number from 0 to 1: "1"'],
  ])('%o is refused', (hash, message) => {
    expect(() => hashed(hash)).toThrow(message);
  });
});

describe('the servers', () => {
  const read = (server: unknown): unknown =>
    mcrouter({ pools: { A: { servers: [server] } }, route: 'PoolRoute|A' }).nodes[0];

  it.each([
    ['cache.example:11211', { host: 'cache.example', port: 11_211 }],
    ['10.0.0.1:5000:ascii:plain', { host: '10.0.0.1', port: 5000 }],
    ['[::1]:5000', { host: '::1', port: 5000 }],
    ['[fe80::2]:5000:caret', { host: 'fe80::2', port: 5000 }],
  ])('%o is read', (server, node) => {
    expect(read(server)).toEqual(node);
  });

  it.each(['cache', 'cache:', ':11211', 'cache:0', 'cache:65536', 'cache:x', '::1:5000', '[::1]', 5, null])(
    '%o is refused',
    (server) => {
      expect(() => read(server)).toThrow(
        new RangeError(`pool "A" has a server that is not of the form "host:port": ${JSON.stringify(server)}`),
      );
    },
  );

  it.each([[undefined], [[]], ['10.0.0.1:1']])('a list of %o is refused', (list) => {
    expect(() => mcrouter({ pools: { A: { servers: list } }, route: 'PoolRoute|A' })).toThrow(
      'pool "A" needs a list of servers',
    );
  });
});

describe('the text', () => {
  it('may have comments, which may be anything', () => {
    const text = `{
      // pools, "quoted" /* not open
      "pools": { "A": { "servers": [ "10.0.0.1:11211", /* two, // of
        three: "}" */ "10.0.0.2:11212" ] } },
      "route": { "type": "PoolRoute", "pool": "A", "hash": { "salt": "//\\"/* no comment */" } }
    }`;
    expect(mcrouter(text)).toEqual({
      nodes: [first, second],
      options: { algorithm: 'mcrouter-ch3', salt: '//"/* no comment */' },
    });
  });

  it('is refused with the line of a mistake', () => {
    expect(() => mcrouter('{\n/* a\n comment */\n"pools": }')).toThrow(
      new SyntaxError('line 4: not valid JSON: expected a value, found "}"'),
    );
    expect(() => mcrouter('[]')).toThrow(new TypeError('mcrouter must be given its configuration, an object, got []'));
  });
});

it('makes rings', () => {
  const { nodes, options } = mcrouter({ pools, route: 'PoolRoute|A' });
  const ring = createRing(nodes, options);
  // The observed placements of Ch3 with three servers.
  expect(['key:0', 'key:1', '/a/b/key:2', 'key:3|#|x', 'key:4', 'key:5'].map(ring.pick)).toEqual([2, 1, 2, 1, 2, 0]);
});
