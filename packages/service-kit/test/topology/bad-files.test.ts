import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../src/service-error.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { sample, sampleWith } from './sample.ts';

function problemsOf(text: string): readonly string[] {
  try {
    parseTopology(text, 't.yaml');
  } catch (error) {
    if (error instanceof ServiceError) return error.problems;
    throw error;
  }
  return [];
}

/** What is wrong · the piece of the sample · what stands there instead · the one line that says so. */
const cases: readonly (readonly [string, string, string, string])[] = [
  ['a syntax error', 'hash: ketama', 'hash: "ketama', 't.yaml:6:20: not valid YAML: Missing closing "quote'],
  ['a region twice', '  west:', '  east:', 't.yaml:13:3: this key is in the map twice; keep one of the two'],
  [
    'an unknown key with nothing like it',
    'hash: ketama',
    'colour: red',
    't.yaml:6:7: unknown key "colour" in regions.east.pool; known keys are hash, preset, nodes, failover, gutter, failoverTtlSeconds, onReturn, timeoutMs and connectTimeoutMs',
  ],
  [
    'an unknown key at the top',
    'classes:',
    'clases:',
    't.yaml:19:1: unknown key "clases" in the file; did you mean "classes"?',
  ],
  [
    'a wrong type',
    'redis: redis://127.0.0.1:4500',
    'redis: 4500',
    't.yaml:4:12: regions.east.redis must be a string such as redis://127.0.0.1:6379, got a number',
  ],
  [
    'a version in quotes',
    'version: 1',
    'version: "1"',
    't.yaml:1:10: version is "1"; this program reads version 1, so write version: 1',
  ],
  ['no version', 'version: 1\n', '\n', 't.yaml:1:1: the file has no version; add version: 1'],
  [
    'a key without a value',
    'shipper:  { http: 127.0.0.1:4512 }',
    'shipper:',
    't.yaml:11:5: regions.east.shipper must be a map such as { http: 127.0.0.1:8080 }, got nothing',
  ],
  [
    'a missing key',
    'memcached: 127.0.0.1:4511',
    '',
    't.yaml:10:5: regions.east.proxy has no memcached; add memcached: 127.0.0.1:8080',
  ],
  [
    'a pool without nodes',
    'nodes: [{ name: west-1, address: "[::1]:4521" }]',
    'nodes: []',
    't.yaml:15:20: regions.west.pool.nodes is empty; write nodes: [{ name: east-1, address: 127.0.0.1:11211 }]',
  ],
  [
    'two nodes with one name',
    'name: east-2',
    'name: east-1',
    't.yaml:9:19: the name "east-1" is already that of the node at line 8, column 19; each node of a pool has its own name',
  ],
  [
    'two nodes with one address',
    '/run/memcached.sock',
    '127.0.0.1:4501',
    't.yaml:9:36: the address "127.0.0.1:4501" is already that of the node at line 8, column 36; each node of a pool has its own address',
  ],
  [
    'a class prefix twice',
    'user:tmp:',
    'user:',
    't.yaml:21:15: the prefix "user:" is already that of the class at line 20, column 15; keep one of the two',
  ],
  [
    'a prefix that no key can have',
    '"user:tmp:"',
    '"user tmp"',
    't.yaml:21:15: no key starts with the prefix "user tmp"; keys are at most 250 bytes without spaces and control characters',
  ],
  [
    'a port out of range',
    '127.0.0.1:4512',
    '127.0.0.1:65536',
    't.yaml:11:23: port 65536 is out of range; a port is 1 to 65535',
  ],
  [
    'a port that is no number',
    '127.0.0.1:4512',
    '127.0.0.1:http',
    't.yaml:11:23: "http" is not a port; a port is a number from 1 to 65535',
  ],
  [
    'an address without a port',
    '127.0.0.1:4512',
    'localhost',
    't.yaml:11:23: "localhost" has no port; write host:port, such as 127.0.0.1:8080',
  ],
  [
    'an address without a host',
    '127.0.0.1:4512',
    '":4512"',
    't.yaml:11:23: ":4512" has no valid host; write host:port, such as 127.0.0.1:8080',
  ],
  [
    'IPv6 without brackets',
    '127.0.0.1:4501',
    '"fe80::1:4501"',
    't.yaml:8:36: "fe80::1:4501" is an IPv6 address without brackets; write [host]:port, such as [::1]:11211',
  ],
  [
    'a listen address that another region has',
    '127.0.0.1:4532',
    '127.0.0.1:4512',
    't.yaml:17:23: 127.0.0.1:4512 is already the listen address at line 11, column 23; give each its own port',
  ],
  [
    'a Redis URL that is none',
    'redis://127.0.0.1:4500',
    'http://127.0.0.1:4500',
    't.yaml:4:12: not a Redis URL; write redis://host:port or rediss://host:port, such as redis://127.0.0.1:6379',
  ],
  [
    'a Redis port out of range',
    'redis://127.0.0.1:4500',
    'redis://127.0.0.1:99999',
    't.yaml:4:12: port 99999 is out of range; a port is 1 to 65535',
  ],
  [
    'a password in a Redis URL',
    'redis://127.0.0.1:4500',
    'redis://:hunter2@127.0.0.1:4500',
    't.yaml:4:12: a Redis URL must not hold a password; take it out and set LOCKSTEP_REDIS_PASSWORD in the environment',
  ],
  [
    'a weight that is not whole',
    'weight: 2',
    'weight: 1.5',
    't.yaml:8:60: regions.east.pool.nodes[0].weight must be a positive integer such as 1, got 1.5',
  ],
  [
    'a receiver that nobody can reach',
    '{ http: 127.0.0.1:4533 }',
    '{ http: 0.0.0.0:4533 }',
    't.yaml:18:23: the default of regions.west.receiver.url would be http://0.0.0.0:4533, which no other region can reach; add url: http://HOST:4533',
  ],
  [
    'a receiver url that is none',
    '"https://east.example:4513/base"',
    'east.example:4513',
    't.yaml:12:44: not a URL of a receiver; write http://host:port or https://host:port without a query',
  ],
  [
    'a receiver url of another region',
    'receiver: { http: 127.0.0.1:4533 }',
    'receiver: { http: 127.0.0.1:4533, url: "https://EAST.example:4513/base/" }',
    't.yaml:18:44: this url leads to the receiver of east, see line 12, column 44; each region has its own',
  ],
  [
    'a receiver url that leads to where another region listens',
    'url: "https://east.example:4513/base"',
    'url: "http://127.0.0.1:4533"',
    't.yaml:12:44: this url leads to the receiver of west, see line 18, column 23; each region has its own',
  ],
  [
    'a receiver url with credentials',
    '"https://east.example:4513/base"',
    'https://a:hunter2@east.example',
    't.yaml:12:44: the url must not hold credentials; set LOCKSTEP_LINK_TOKEN in the environment',
  ],
  [
    'a region name that does not fit in a Redis key or a variable name',
    '  west:',
    '  west_2:',
    't.yaml:13:3: "west_2" is not a region name; use 1 to 32 of a-z, 0-9 and "-", a letter first',
  ],
];

describe('a bad topology file', () => {
  it.each(cases)('with %s gets one line that says where, what and what would be right', (_, piece, bad, line) => {
    expect(problemsOf(sampleWith(piece, bad))).toEqual([line]);
  });

  it.each([
    ['nothing', '', 'nothing'],
    ['a list', '- 1', 'a list'],
    ['a word', 'hello', 'a string'],
  ])('that holds %s must be a map', (_, text, kind) => {
    expect(problemsOf(text)).toEqual([`t.yaml:1:1: the file must be a map, got ${kind}`]);
  });

  it('with aliases that explode is refused', () => {
    const lists = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? 'l0: &l0 [x, x]' : `l${level}: &l${level} [${`*l${level - 1}, `.repeat(9)}]`,
    );
    expect(problemsOf(lists.join('\n'))[0]).toMatch(/^t\.yaml:1:1: not valid YAML: Excessive alias count/);
  });

  it('never has a secret repeated in a message', () => {
    const urls = [
      'redis://u:hunter2@h:1',
      'redis://h:1?password=hunter2',
      'redis://h:hunter2@',
      'rediss://a:b:hunter2@h',
    ];
    for (const url of urls) {
      const lines = problemsOf(sampleWith('redis://127.0.0.1:4500', `"${url}"`));
      expect(lines).toHaveLength(1);
      expect(lines.join()).not.toContain('hunter2');
    }
  });

  it('points into the anchor where a value is an alias', () => {
    const text = sample
      .replace('{ http: 127.0.0.1:4512 }', '&x { http: 127.0.0.1 }')
      .replace('{ http: 127.0.0.1:4532 }', '*x');
    expect(problemsOf(text)).toEqual([
      't.yaml:11:26: "127.0.0.1" has no port; write host:port, such as 127.0.0.1:8080',
      't.yaml:11:26: "127.0.0.1" has no port; write host:port, such as 127.0.0.1:8080',
    ]);
  });
});
