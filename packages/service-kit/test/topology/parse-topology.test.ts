import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../src/service-error.ts';
import { loadTopology } from '../../src/source/load-topology.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { sample, sampleWith } from './sample.ts';

function problemsOf(text: string): readonly string[] {
  try {
    parseTopology(text, 't.yaml');
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_TOPOLOGY') return error.problems;
    throw error;
  }
  return [];
}

describe('parseTopology', () => {
  it('reads everything a good file says and fills in the defaults', () => {
    const topology = parseTopology(sample, 't.yaml');
    expect(topology).toEqual({
      file: 't.yaml',
      version: 1,
      regions: new Map([
        [
          'east',
          {
            name: 'east',
            redis: 'redis://127.0.0.1:4500',
            redisAddress: '127.0.0.1:4500',
            pool: {
              hash: 'ketama',
              nodes: [
                { name: 'east-1', address: '127.0.0.1:4501', host: '127.0.0.1', port: 4501, weight: 2 },
                { name: 'east-2', address: '/run/memcached.sock', host: '/run/memcached.sock', weight: 1 },
              ],
            },
            proxy: {
              http: { host: '127.0.0.1', port: 4510, text: '127.0.0.1:4510' },
              memcached: { host: '127.0.0.1', port: 4511, text: '127.0.0.1:4511' },
            },
            shipper: { http: { host: '127.0.0.1', port: 4512, text: '127.0.0.1:4512' } },
            receiver: {
              http: { host: '127.0.0.1', port: 4513, text: '127.0.0.1:4513' },
              url: 'https://east.example:4513/base',
            },
          },
        ],
        [
          'west',
          {
            name: 'west',
            redis: 'rediss://lockstep@west.example/2',
            redisAddress: 'west.example:6379',
            pool: {
              hash: 'ketama',
              nodes: [{ name: 'west-1', address: '[::1]:4521', host: '::1', port: 4521, weight: 1 }],
            },
            proxy: {
              http: { host: '127.0.0.1', port: 4530, text: '127.0.0.1:4530' },
              memcached: { host: '127.0.0.1', port: 4531, text: '127.0.0.1:4531' },
            },
            shipper: { http: { host: '127.0.0.1', port: 4532, text: '127.0.0.1:4532' } },
            receiver: {
              http: { host: '127.0.0.1', port: 4533, text: '127.0.0.1:4533' },
              url: 'http://127.0.0.1:4533',
            },
          },
        ],
      ]),
      classes: [
        { prefix: 'user:', policy: 'replicate' },
        { prefix: 'user:tmp:', policy: 'none' },
      ],
    });
  });

  it('reads JSON and anchors, since both are YAML', () => {
    const anchored = sampleWith('shipper:  { http: 127.0.0.1:4512 }', 'shipper: { http: &a 127.0.0.1:4512 }');
    expect(parseTopology(anchored, 't.yaml')).toEqual(parseTopology(sample, 't.yaml'));
  });

  it('takes how a shipper sends', () => {
    const shipper = '{ http: 127.0.0.1:4512, maxBytesPerSecond: 5000, maxWindow: 3, compression: zstd }';
    const text = sampleWith('shipper:  { http: 127.0.0.1:4512 }', `shipper: ${shipper}`);
    const { http, ...rest } = parseTopology(text, 't.yaml').regions.get('east')!.shipper;
    expect([http.port, rest]).toEqual([4512, { maxBytesPerSecond: 5000, maxWindow: 3, compression: 'zstd' }]);
  });

  it('takes a file without classes', () => {
    const text = sample.slice(0, sample.indexOf('classes:'));
    expect(parseTopology(text, 't.yaml').classes).toEqual([]);
  });

  it('takes the same wildcard address twice, since every machine has its own', () => {
    const text = sampleWith('{ http: 127.0.0.1:4512 }', '{ http: 0.0.0.0:80 }').replace('127.0.0.1:4532', '0.0.0.0:80');
    expect(problemsOf(text)).toEqual([]);
  });

  it('names every problem of a file at once, sorted by position', () => {
    const text = `version: 2
regions:
  east:
    redis: redis://:hunter2@127.0.0.1:4500
    pol: {}
    pool:
      nodes:
        - { name: east-1, address: 127.0.0.1:4501, weight: 0 }
        - { name: east-1, address: 127.0.0.1, wieght: 3 }
        - { name: 7, address: 127.0.0.1:70000 }
    proxy: { http: 127.0.0.1:4510, memcached: 127.0.0.1:4510 }
    shipper:
  West_1: 4
classes:
  - { prefix: "user:", policy: replicat }
  - { prefix: "user:", policy: none }
`;
    expect(problemsOf(text)).toEqual([
      't.yaml:1:10: version is 2; this program reads version 1, so write version: 1',
      't.yaml:3:3: regions.east has no receiver; add receiver: { http: 127.0.0.1:8080 }',
      't.yaml:4:12: a Redis URL must not hold a password; take it out and set LOCKSTEP_REDIS_PASSWORD in the environment',
      't.yaml:5:5: unknown key "pol" in regions.east; did you mean "pool"?',
      't.yaml:8:60: regions.east.pool.nodes[0].weight must be a positive integer, got 0',
      't.yaml:9:19: the name "east-1" is already that of the node at line 8, column 19; each node of a pool has its own name',
      't.yaml:9:36: "127.0.0.1" has no port; write host:port, such as 127.0.0.1:11211',
      't.yaml:9:47: unknown key "wieght" in regions.east.pool.nodes[1]; did you mean "weight"?',
      't.yaml:10:19: regions.east.pool.nodes[2].name must be a string such as east-1, got a number',
      't.yaml:10:31: port 70000 is out of range; a port is 1 to 65535',
      't.yaml:11:47: 127.0.0.1:4510 is already the listen address at line 11, column 20; give each its own port',
      't.yaml:12:5: regions.east.shipper must be a map such as { http: 127.0.0.1:8080 }, got nothing',
      't.yaml:13:3: "West_1" is not a region name; use 1 to 32 of a-z, 0-9 and "-", a letter first',
      't.yaml:13:11: regions.West_1 must be a map such as { redis: redis://127.0.0.1:6379, pool: …, proxy: …, shipper: …, receiver: … }, got 4',
      't.yaml:15:32: classes[0].policy is "replicat"; it must be invalidate, replicate, replicate-versioned or none; did you mean "replicate"?',
      't.yaml:16:15: the prefix "user:" is already that of the class at line 15, column 15; keep one of the two',
    ]);
  });
});

describe('loadTopology', () => {
  it('names a file that is not there', async () => {
    await expect(loadTopology('/nowhere/t.yaml')).rejects.toMatchObject({
      code: 'ERR_SERVICE_KIT_TOPOLOGY',
      problems: ['/nowhere/t.yaml: there is no such file; --config must name a topology file'],
    });
  });

  it('names a directory', async () => {
    await expect(loadTopology(import.meta.dirname)).rejects.toMatchObject({
      problems: [`${import.meta.dirname}: this is a directory; --config must name a topology file`],
    });
  });
});
