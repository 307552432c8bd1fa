import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../src/service-error.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { full } from './full-sample.ts';

function problemsWith(piece: string, replacement: string): readonly string[] {
  if (!full.includes(piece)) throw new Error(`the sample has no ${piece}`);
  try {
    parseTopology(
      full.replace(piece, () => replacement),
      't.yaml',
    );
  } catch (error) {
    if (error instanceof ServiceError) return error.problems;
    throw error;
  }
  return [];
}

/** What is wrong · the piece of the sample · what stands there instead · the one line that says so. */
const cases: readonly (readonly [string, string, string, string | RegExp])[] = [
  [
    'a bound of nothing for a shipper',
    'shipper:  { http: 127.0.0.1:4512 }',
    'shipper: { http: 127.0.0.1:4512, maxBytesPerSecond: 0 }',
    /regions\.east\.shipper\.maxBytesPerSecond must be .*got 0$/,
  ],
  [
    'a compression that there is not',
    'shipper:  { http: 127.0.0.1:4512 }',
    'shipper: { http: 127.0.0.1:4512, compression: gzip }',
    /regions\.east\.shipper\.compression is "gzip"; it must be identity, brotli or zstd$/,
  ],
  [
    'a journal that may hold nothing',
    'receiver: { http: 127.0.0.1:4513 }',
    'receiver: { http: 127.0.0.1:4513 }\n    journal: { maxStreamBytes: 0 }',
    /regions\.east\.journal\.maxStreamBytes must be a positive integer, got 0$/,
  ],
  [
    'a bound of the journal with a unit',
    'receiver: { http: 127.0.0.1:4513 }',
    'receiver: { http: 127.0.0.1:4513 }\n    journal: { maxQueueBytes: 16MiB }',
    /regions\.east\.journal\.maxQueueBytes must be a positive integer such as 16777216, got a string$/,
  ],
  [
    'versions that are forgotten at once',
    'receiver: { http: 127.0.0.1:4513 }',
    'receiver: { http: 127.0.0.1:4513 }\n    versions: { keepMs: 0 }',
    /regions\.east\.versions\.keepMs must be a positive integer, got 0$/,
  ],
  [
    'a durability that there is not',
    'receiver: { http: 127.0.0.1:4513 }',
    'receiver: { http: 127.0.0.1:4513 }\n    journal: { durability: fsync }',
    /regions\.east\.journal\.durability is "fsync"; it must be redis or always$/,
  ],
  [
    'a bound that a journal has not',
    'receiver: { http: 127.0.0.1:4513 }',
    'receiver: { http: 127.0.0.1:4513 }\n    journal: { maxDirtyByte: 1 }',
    /unknown key "maxDirtyByte" in regions\.east\.journal; did you mean "maxDirtyBytes"\?$/,
  ],
  [
    'an unknown algorithm',
    'algorithm: maglev',
    'algorithm: magelv',
    /^t\.yaml:6:13: regions\.east\.pool\.hash: algorithm must be one of ketama, .* got "magelv"$/,
  ],
  [
    'an option that the algorithm has not',
    'algorithm: maglev',
    'algorithm: maglev, points: 3',
    /^t\.yaml:6:13: regions\.east\.pool\.hash: .*points/,
  ],
  [
    'an unknown preset',
    'phpMemcached',
    'phpMemcache',
    't.yaml:12:17: regions.east.pools.spare.preset: unknown preset "phpMemcache"; did you mean "phpMemcached"?',
  ],
  [
    'a preset with a wrong option',
    'hash: md5',
    'hash: md6',
    /^t\.yaml:15:17: regions\.east\.pools\.old\.preset: .*md6/,
  ],
  [
    'hash and preset',
    '{ algorithm: maglev }',
    '{ algorithm: maglev }\n      preset: { pylibmc: {} }',
    /a pool has hash or preset, not both$/,
  ],
  [
    'a gutter that is not there',
    'gutter: spare',
    'gutter: spaer',
    't.yaml:8:15: regions.east.pool.gutter must name another pool of the region, got "spaer"',
  ],
  [
    'failover: gutter without one',
    '      gutter: spare\n',
    '',
    't.yaml:7:17: failover: gutter in regions.east.pool needs gutter: the name of another pool',
  ],
  [
    'a pool called main',
    '      old:',
    '      main:',
    /t\.yaml:14:7: the pool "main" is the one under pool; give this one another name/,
  ],
  [
    'an unknown key in a pool',
    'timeoutMs: 250',
    'timeoutMS: 250',
    't.yaml:16:9: unknown key "timeoutMS" in regions.east.pools.old; did you mean "timeoutMs"?',
  ],
  [
    'no listener',
    'memcached:\n        - 127.0.0.1:4511\n        - /run/lockstep.sock\n        - { address: 127.0.0.1:4514, tls: { certFile: /tls.crt, keyFile: /tls.key } }',
    'memcached: []',
    't.yaml:20:18: regions.east.proxy.memcached is empty; write memcached: 127.0.0.1:8080',
  ],
  [
    'a listener that is a number',
    '- /run/lockstep.sock',
    '- 7',
    't.yaml:22:11: regions.east.proxy.memcached[1] must be a string such as 127.0.0.1:8080, got a number',
  ],
  [
    'TLS without a key',
    ', keyFile: /tls.key',
    '',
    't.yaml:23:38: regions.east.proxy.memcached[2].tls has no keyFile; add keyFile: /etc/lockstep/tls.key',
  ],
  [
    'two listeners at one address',
    '4514',
    '4511',
    't.yaml:23:22: 127.0.0.1:4511 is already the listen address at line 21, column 11; give each its own port',
  ],
  [
    'TLS on a unix socket',
    '- /run/lockstep.sock',
    '- { address: /run/l.sock, tls: { certFile: /c, keyFile: /k } }',
    't.yaml:22:40: a unix socket has no TLS; take it out, and set mode to say who may connect',
  ],
  [
    'permissions that are none',
    '- /run/lockstep.sock',
    '- { address: /run/l.sock, mode: "rw" }',
    't.yaml:22:41: mode must be octal such as "660", got "rw"',
  ],
  [
    'permissions of a port',
    '- 127.0.0.1:4511',
    '- { address: 127.0.0.1:4511, mode: "660" }',
    't.yaml:21:44: mode is for the path of a unix socket; take it out',
  ],
  [
    'no number of workers',
    'workers: auto',
    'workers: many',
    't.yaml:24:16: regions.east.proxy.workers must be auto or a number from 1 to 256, got "many"',
  ],
  [
    'too many workers',
    'workers: auto',
    'workers: 4000',
    't.yaml:24:16: regions.east.proxy.workers must be auto or a number from 1 to 256, got 4000',
  ],
  [
    'a mistyped limit',
    'maxValueBytes',
    'maxValueByte',
    't.yaml:25:17: unknown key "maxValueByte" in regions.east.proxy.limits; did you mean "maxValueBytes"?',
  ],
  [
    'a digest that is none',
    'ab'.repeat(32),
    'hunter2',
    't.yaml:27:32: sha256 must be the SHA-256 of the token, 64 hexadecimal digits',
  ],
  [
    'an unknown scope',
    '[read, write]',
    '[raed]',
    't.yaml:27:107: regions.east.proxy.tokens[0].scopes[0] is "raed"; it must be read, write or admin; did you mean "read"?',
  ],
  [
    'a network that is none',
    '192.0.2.1',
    '192.0.2.0/33',
    't.yaml:29:14: "192.0.2.0/33" is not a network; write an address or a CIDR such as 10.0.0.0/8 or 2001:db8::/32',
  ],
  [
    'a template in the way of the proxy',
    '/coupons?city',
    '/v1/cache?city',
    /^t\.yaml:31:18: the url of a template starts with "\/", and not with "\/v1\/"/,
  ],
  [
    'queues without a list of names',
    ', allow: [jobs]',
    '',
    't.yaml:32:7: regions.east.proxy.queues has no allow; add allow: [jobs]',
  ],
  [
    'a mode of queues that there is not',
    ', allow: [jobs]',
    ', allow: [jobs], mode: poled',
    /regions\.east\.proxy\.queues\.mode is "poled"; it must be reliable, plain or polled; did you mean "polled"\?$/,
  ],
  [
    'queues that are asked without a pause',
    ', allow: [jobs]',
    ', allow: [jobs], mode: polled, pollMs: 9',
    /regions\.east\.proxy\.queues\.pollMs must be 10 to 60000 with the mode polled, got 9$/,
  ],
  [
    'a spool that is not absolute',
    '/var/lib/lockstep',
    'spool',
    't.yaml:33:27: regions.east.proxy.spool.directory must be an absolute path, got "spool"',
  ],
  [
    'a class with a pool that is not there',
    '[main, old]',
    '[main, odl]',
    't.yaml:40:19: the region "east" has no pool "odl"; did you mean "old"?',
  ],
  [
    'a class with a pool twice',
    '[main, old]',
    '[main, main]',
    't.yaml:40:19: the pool "main" is in the list already; name each once',
  ],
  [
    'a shadow of itself',
    'shadow: spare',
    'shadow: old',
    't.yaml:45:13: classes[0].shadow is a pool of the class itself; name another one',
  ],
  [
    'a floor above the ceiling',
    'minTtlSeconds: 5',
    'minTtlSeconds: 5000',
    't.yaml:43:20: minTtlSeconds 5000 is above maxTtlSeconds 3600; make it at most that',
  ],
  [
    'a word for true',
    'readOnly: true',
    'readOnly: 1',
    't.yaml:46:49: classes[1].readOnly must be true or false, got 1',
  ],
];

describe('a bad section of a topology file', () => {
  it('is not found in the whole sample', () => {
    expect(problemsWith('version: 1', 'version: 1')).toEqual([]);
  });

  it.each(cases)('with %s gets a line that says where, what and what would be right', (_, piece, bad, line) => {
    const lines = problemsWith(piece, bad);
    const isThere = lines.some((found) => (typeof line === 'string' ? found === line : line.test(found)));
    expect({ isThere, lines }).toMatchObject({ isThere: true });
    expect(lines.join('\n')).not.toContain('hunter2');
  });
});
