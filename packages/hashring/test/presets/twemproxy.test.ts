import { describe, expect, it } from 'vitest';

import { createRing, presets, type TwemproxyPool } from '../../src/index.ts';

const yaml = `
# as in twemproxy's README
alpha:
  listen: 127.0.0.1:22121
  hash: murmur
  hash_tag: "{}"
  distribution: modula
  auto_eject_hosts: true
  timeout: 400
  redis: false
  server_retry_timeout: 2000
  server_failure_limit: 1
  servers:
   - 127.0.0.1:11211:1 server1
   - cache-2.example:11212:3
   - ::1:11211:1
   - /run/cache.sock:2 local

beta:
  listen: /var/run/beta.sock 0666
  servers:
    - 127.0.0.1:11211:1
`;

const withServers = (...servers: readonly string[]): Record<string, TwemproxyPool> => ({ pool: { servers } });

describe('presets.twemproxy', () => {
  it('reads servers, hash, hash tag, distribution and ejection', () => {
    expect(presets.twemproxy(yaml, 'alpha')).toEqual({
      nodes: [
        { host: '127.0.0.1', port: 11_211, weight: 1, label: 'server1' },
        { host: 'cache-2.example', port: 11_212, weight: 3 },
        { host: '::1', port: 11_211, weight: 1 },
        { host: '/run/cache.sock', weight: 2, label: 'local' },
      ],
      options: { algorithm: 'twemproxy-modula', hash: 'murmur', hashTag: '{}', autoEjectHosts: true },
    });
  });

  it('has the defaults of nutcracker', () => {
    expect(presets.twemproxy(yaml, 'beta').options).toEqual({
      algorithm: 'twemproxy-ketama',
      hash: 'fnv1a_64',
      hashTag: '',
      autoEjectHosts: false,
    });
  });

  it('gives what createRing takes', () => {
    const { nodes, options } = presets.twemproxy(yaml, 'alpha');
    const ring = createRing(nodes, options);
    expect(ring.pick('user:{42}:a')).toBe(ring.pick('42'));
  });

  it('takes the only pool where none is named, also of a configuration that is read already', () => {
    expect(presets.twemproxy(withServers('a:1:1')).nodes).toEqual([{ host: 'a', port: 1, weight: 1 }]);
    expect(presets.twemproxy('{"only": {"servers": ["a:1:1"]}}').nodes).toHaveLength(1);
  });

  it.each([undefined, 'gamma'])('asks for one of several pools where it is given %s', (pool) => {
    expect(() => presets.twemproxy(yaml, pool)).toThrow(
      /^the pool must be one of alpha, beta: (say which|got "gamma")/,
    );
  });

  it.each([
    ['nothing', '', 'twemproxy must be given a nutcracker configuration, a map of pools'],
    ['a list', '- a', 'twemproxy must be given a nutcracker configuration, a map of pools'],
    ['no pool', '{}', 'needs a pool'],
    ['a pool that is no map', 'alpha: 3', 'pool "alpha" must be a map, got 3'],
    ['broken YAML', 'alpha: [', 'line 1'],
    ['a key that nutcracker does not have', 'alpha:\n  hashes: md5\n  servers: ["a:1:1"]', 'has no option "hashes"'],
    ['no servers', 'alpha:\n  hash: md5', 'servers of pool "alpha" must be a list'],
    ['an empty list of servers', 'alpha:\n  servers: []', 'servers of pool "alpha" must be a list'],
    [
      'another hash',
      'alpha:\n  hash: sha1\n  servers: ["a:1:1"]',
      'hash of pool "alpha" must be one of "one_at_a_time"',
    ],
    ['a hash tag that YAML reads as a map', 'alpha:\n  hash_tag: {}\n  servers: ["a:1:1"]', 'hash_tag of pool "alpha"'],
    ['another distribution', 'alpha:\n  distribution: rand\n  servers: ["a:1:1"]', 'must be ketama or modula'],
    [
      'random servers',
      'alpha:\n  distribution: random\n  servers: ["a:1:1"]',
      'sends a key to any server), got "random"',
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(() => presets.twemproxy(text)).toThrow(message);
  });

  it.each([
    ['a:1', 'that is not of the form'],
    ['a:1:', 'that is not of the form'],
    ['a:one:1', 'that is not of the form'],
    ['a:1:1 my name', 'that is not of the form'],
    ['/run/cache.sock', 'that is not of the form'],
    ['/run/my cache.sock:1', 'that is not of the form'],
    ['a:0:1', 'whose port is not from 1 to 65535'],
    ['a:65536:1', 'whose port is not from 1 to 65535'],
    ['a:1:0', 'with a weight of 0'],
  ])('refuses the server %s', (server, message) => {
    expect(() => presets.twemproxy(withServers('b:1:1', server))).toThrow(`pool "pool" has a server ${message}`);
    expect(() => presets.twemproxy(withServers('b:1:1', server))).toThrow(JSON.stringify(server));
  });

  it('refuses a server that is no text', () => {
    expect(() => presets.twemproxy('alpha:\n  servers: [11211]')).toThrow('that is not of the form');
  });
});
