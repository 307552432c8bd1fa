import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigError } from '../../src/config/config-error.ts';
import { parseRing, readRing } from '../../src/config/read-ring.ts';
import { presets } from '../../src/presets/presets.ts';
import { createRing } from '../../src/ring/create-ring.ts';

const NUTCRACKER = `
alpha:
  listen: 127.0.0.1:22121
  hash: md5
  distribution: ketama
  servers:
    - 10.0.0.1:11211:1 first
    - 10.0.0.2:11211:2
beta:
  listen: 127.0.0.1:22122
  distribution: modula
  servers: ["10.0.0.3:11211:1", "10.0.0.4:11211:1"]
`;

const MCROUTER = `{
  // The only pool.
  "pools": { "A": { "servers": ["10.0.0.1:11211", "10.0.0.2:11211"] } },
  "route": "PoolRoute|A"
}`;

describe('parseRing', () => {
  it('reads an algorithm, its options and nodes of every form', () => {
    const text = `
algorithm: ketama
hash: crc
nodes:
  - host: cache-1
  - {host: cache-2, port: 11212, weight: 2, label: two}
  - cache-3:11211:3
  - "[::1]:11211"
  - /var/run/memcached.sock
`;
    const ring = parseRing(text, 'ring.yaml');
    expect(ring.options).toMatchObject({ algorithm: 'ketama', hash: 'crc' });
    expect(ring.nodes).toEqual([
      { host: 'cache-1' },
      { host: 'cache-2', port: 11212, weight: 2, label: 'two' },
      { host: 'cache-3', port: 11211, weight: 3 },
      { host: '::1', port: 11211 },
      { host: '/var/run/memcached.sock' },
    ]);
  });

  it('reads the same as JSON', () => {
    const ring = parseRing('{"algorithm": "ketama", "nodes": ["a:11211", {"host": "b", "weight": 2}]}', 'ring.json');
    expect(ring.nodes).toEqual([
      { host: 'a', port: 11211 },
      { host: 'b', weight: 2 },
    ]);
  });

  it('reads a preset with the options of its client, in their order', () => {
    const read = (options: string) => parseRing(`preset: php-memcached\n${options}nodes: [a, b]`, 'ring.yaml').options;
    expect(read('')).toMatchObject(presets.phpMemcached());
    expect(read('options:\n')).toMatchObject(presets.phpMemcached());
    expect(read('options: {hash: crc, libketamaCompatible: true}\n')).toMatchObject({
      algorithm: 'ketama',
      hash: 'md5',
    });
    expect(read('options: {libketamaCompatible: true, hash: crc}\n')).toMatchObject({
      algorithm: 'ketama',
      hash: 'crc',
    });
  });

  it('reads the options of a preset as its client spells them', () => {
    const pecl = 'preset: pecl\noptions: {memcache.hash_strategy: standard, memcache.allow_failover: 0}\nnodes: [a, b]';
    expect(parseRing(pecl, 'ring.yaml').options).toMatchObject({
      algorithm: 'pecl-memcache-standard',
      allowFailover: false,
    });
  });

  it('reads twemproxy and mcrouter as presets with nodes of their own', () => {
    const nodes = 'nodes: [a, b, "c:11212"]';
    const twemproxy = parseRing(`preset: twemproxy\noptions: {hash: md5, hash_tag: "{}"}\n${nodes}`, 'ring.yaml');
    expect(twemproxy.options).toMatchObject({ algorithm: 'twemproxy-ketama', hash: 'md5', hashTag: '{}' });
    expect(twemproxy.nodes).toHaveLength(3);
    const mcrouter = parseRing(`preset: mcrouter\noptions: {hash_func: Crc32}\n${nodes}`, 'ring.yaml');
    expect(mcrouter.options).toMatchObject({ algorithm: 'mcrouter-crc32' });
    const weighted = 'preset: mcrouter\noptions: {hash_func: WeightedCh3, salt: x}\nnodes: ["a:1:0.25", "b:1:1"]';
    expect(parseRing(weighted, 'ring.yaml').options).toMatchObject({ algorithm: 'mcrouter-weighted-ch3', salt: 'x' });
    expect(parseRing(weighted, 'ring.yaml').nodes.map(({ weight }) => weight)).toEqual([0.25, 1]);
  });

  it('reads a pool of a nutcracker.yml', () => {
    const alpha = parseRing(NUTCRACKER, 'nutcracker.yml', 'alpha');
    const direct = presets.twemproxy(NUTCRACKER, 'alpha');
    expect(alpha.options).toMatchObject(direct.options);
    expect(alpha.nodes).toEqual(direct.nodes);
    expect(parseRing(NUTCRACKER, 'nutcracker.yml', 'beta').options.algorithm).toBe('twemproxy-modula');
    expect(() => parseRing(NUTCRACKER, 'nutcracker.yml')).toThrow(
      'nutcracker.yml: has the pools alpha, beta: say which, as in nutcracker.yml#alpha',
    );
    expect(() => parseRing(NUTCRACKER, 'nutcracker.yml', 'gamma')).toThrow('gamma');
  });

  it('reads an mcrouter configuration with its comments', () => {
    for (const text of [MCROUTER, `/* at the top */\n${MCROUTER}`]) {
      const ring = parseRing(text, 'mcrouter.json');
      expect(ring.options.algorithm).toBe('mcrouter-ch3');
      expect(ring.nodes.map(({ host }) => host)).toEqual(['10.0.0.1', '10.0.0.2']);
    }
  });

  it('reads the route of an mcrouter configuration that is meant', () => {
    const routes = ['a', 'b'].map((pool) => ({ aliases: [`/here/${pool}/`], route: `PoolRoute|${pool}` }));
    const text = JSON.stringify({ pools: { a: { servers: ['x:1'] }, b: { servers: ['y:1'] } }, routes });
    expect(parseRing(text, 'mcrouter.json', '/here/b/').nodes).toMatchObject([{ host: 'y' }]);
    expect(() => parseRing(text, 'mcrouter.json')).toThrow(
      'mcrouter.json: the prefix must be one of /here/a/, /here/b/',
    );
  });

  it('reads the JSON of a ring, with what is ejected', () => {
    const whole = createRing([{ host: 'a' }, { host: 'b' }, { host: 'c', weight: 3 }], { algorithm: 'ketama' });
    for (const ring of [whole, whole.eject([1])]) {
      const read = parseRing(JSON.stringify(ring), 'ring.json');
      expect(read.toJSON()).toEqual(ring.toJSON());
      for (let i = 0; i < 100; i++) expect(read.pick(`key:${i}`)).toBe(ring.pick(`key:${i}`));
    }
  });

  it('names the file, the field and what would be right, for all mistakes at once', () => {
    const text = `
algorithm: ketama
nodes:
  - host: cache-1
    prt: 11211
  - port: "11211"
  - fe80::1:11211
  - 7
`;
    expect(() => parseRing(text, 'old.yaml')).toThrow(
      new ConfigError('old.yaml', [
        'nodes[0].prt is not known: a node has host, port, weight, label',
        'nodes[1] needs a host',
        'nodes[1].port must be a number, got "11211"',
        'nodes[2]: "fe80::1:11211" is not a node: expected host, host:port, host:port:weight, [::1]:port, /path/to.sock or unix:///path/to.sock; an IPv6 address needs brackets',
        'nodes[3] must be a text as host:port or a map of host, port, weight, label, got 7',
      ]),
    );
  });

  it.each([
    ['a: |\n x', 'ring.yaml: line 1: a block scalar (|) is not supported'],
    ['', 'ring.yaml: is not a ring: expected "algorithm" or "preset" with "nodes"'],
    ['nodes: [a]', 'ring.yaml: has nodes, but neither algorithm nor preset'],
    ['- a', 'ring.yaml: is not a ring'],
    ['algorithm: ketama', 'ring.yaml: nodes must be a list of at least one node, got none'],
    ['algorithm: ketama\nnodes: []', 'ring.yaml: nodes must be a list of at least one node, got []'],
    ['algorithm: ketamaa\nnodes: [a]', 'ring.yaml: algorithm must be one of ketama, '],
    ['algorithm: ketama\nhsh: md5\nnodes: [a]', 'ring.yaml: ketama has no option "hsh"; it has hash'],
    ['algorithm: ketama\nhash: md6\nnodes: [a]', 'ring.yaml: hash of ketama must be one of '],
    ['algorithm: ketama\nnodes: ["a:99999"]', 'ring.yaml: the port of node 0 (a:99999) must be an integer from 1'],
    ['algorithm: ketama\nnodes: [a, a]', 'ring.yaml: node 1 (a) has the same label as node 0: a'],
    ['preset: php-memcache\nnodes: [a]', 'ring.yaml: preset must be one of '],
    ['preset: phpMemcached\nnodes: [a]', 'php-memcached, '],
    ['preset: [x]\nnodes: [a]', 'ring.yaml: preset must be a name, got ["x"]'],
    ['preset: pylibmc\noptions: 1\nnodes: [a]', 'ring.yaml: options must be a map, got 1'],
    ['preset: pylibmc\nhash: md5\nnodes: [a]', 'ring.yaml: hash is not known beside preset: it has options and nodes'],
    [
      'preset: php-memcached\noptions: {hsh: md5}\nnodes: [a]',
      'ring.yaml: phpMemcached has no option "hsh"; did you mean "hash"?',
    ],
    ['preset: twemproxy\noptions: {hsh: md5}\nnodes: [a]', 'hsh'],
    ['preset: twemproxy\noptions: {servers: [b]}\nnodes: [a]', 'twemproxy has its servers in "nodes" here'],
    ['preset: mcrouter\noptions: {weights: [1]}\nnodes: [a]', 'mcrouter has its weights in "nodes" here'],
    ['pool:\n  servers: [x]', 'ring.yaml: '],
    ['{"options": {"algorithm": "nope"}, "nodes": []}', 'ring.yaml: algorithm must be one of ketama, '],
    ['{"route": "NoSuchRoute|A", "pools": {}}', 'ring.yaml: '],
  ])('refuses %j', (text, message) => {
    expect(() => parseRing(text, 'ring.yaml')).toThrow(ConfigError);
    expect(() => parseRing(text, 'ring.yaml')).toThrow(message);
  });
});

describe('readRing', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hashring-'));
    writeFileSync(join(folder, 'nutcracker.yml'), NUTCRACKER);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes the pool from behind the file name', () => {
    expect(readRing(`${folder}/nutcracker.yml#beta`).options.algorithm).toBe('twemproxy-modula');
  });

  it("takes the prefix of mcrouter's routes from behind the file name", () => {
    const routes = ['a', 'b'].map((pool) => ({ aliases: [`/here/${pool}/`], route: `PoolRoute|${pool}` }));
    const pools = { a: { servers: ['x:1'] }, b: { servers: ['y:1'] } };
    writeFileSync(join(folder, 'mcrouter.json'), JSON.stringify({ pools, routes }));
    expect(readRing(`${folder}/mcrouter.json#/here/b/`).nodes).toMatchObject([{ host: 'y' }]);
    expect(readRing(`${folder}/mcrouter.json#/here/a/`).nodes).toMatchObject([{ host: 'x' }]);
  });

  it('takes the whole for a file name where there is such a file', () => {
    const file = join(folder, 'ring#1.yaml');
    writeFileSync(file, 'algorithm: ketama\nnodes: [a, b]');
    expect(readRing(file).nodes).toHaveLength(2);
    expect(() => readRing(`${file}#x`)).toThrow(`${file}: has no parts: leave out #x`);
  });

  it('says what is wrong with the file', () => {
    expect(() => readRing(`${folder}/none.yml`)).toThrow(`${folder}/none.yml: there is no such file`);
    expect(() => readRing(folder)).toThrow(`${folder}: it is a directory, expected a file`);
    expect(() => readRing(`${folder}/nutcracker.yml/x`)).toThrow('it cannot be read: ENOTDIR');
  });
});
