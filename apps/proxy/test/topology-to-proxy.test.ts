import { type KeyClass, parseTopology, type Region } from '@lockstep/service-kit';
import type { MemcachePool } from '@lockstep/memcache';
import { describe, expect, it } from 'vitest';

import { toBackendPools } from '../src/backend-pools.ts';
import { checkTopology } from '../src/check-topology.ts';
import { toFaceOptions } from '../src/face-options.ts';
import { toGuardRules } from '../src/guard-rules.ts';
import { restartNeeded } from '../src/restart-needed.ts';

function topologyWith(proxy = '', classes = '[]') {
  const topology = parseTopology(
    `version: 1
regions:
  east:
    redis: redis://h:1
    pool: { nodes: [{ name: a, address: h:1 }] }
    proxy: { http: h:2, memcached: h:3${proxy === '' ? '' : `, ${proxy}`} }
    shipper: { http: h:4 }
    receiver: { http: h:5 }
classes: ${classes}
`,
    't.yaml',
  );
  return { topology, region: topology.regions.get('east')! };
}
const regionWith = (proxy = ''): Region => topologyWith(proxy).region;
const pools = new Map(['main', 'spare', 'old'].map((name) => [name, { name } as unknown as MemcachePool]));

describe('toBackendPools', () => {
  it('names the pools of each class and leaves the policy, which is for other regions, out', () => {
    const classes: KeyClass[] = [
      { prefix: 'a:', policy: 'none', pools: ['main', 'old'], reads: 'fastest', shadow: 'spare' },
      { prefix: 'b:', policy: 'replicate', readOnly: true, maxTtlSeconds: 9 },
    ];
    expect(toBackendPools({ classes }, (name) => pools.get(name)!)).toEqual({
      pool: pools.get('main'),
      poolName: 'main',
      classes: [
        {
          prefix: 'a:',
          pools: [
            { name: 'main', pool: pools.get('main') },
            { name: 'old', pool: pools.get('old') },
          ],
          reads: 'fastest',
          shadow: pools.get('spare'),
        },
        { prefix: 'b:', readOnly: true, maxTtlSeconds: 9 },
      ],
    });
  });
});

describe('toGuardRules', () => {
  it('lets everybody in without limits where the topology says nothing', () => {
    expect(toGuardRules(regionWith().proxy)).toEqual({ lists: { allow: [], ban: [] }, tokens: {}, limits: {} });
  });

  it('takes the lists, the tokens and the limits, with a minute as the window', () => {
    const sha256 = 'ab'.repeat(32);
    const { proxy } = regionWith(
      `allow: [10.0.0.0/8], bans: [10.1.0.0/16], anonymous: [read], limits: { rate: { perToken: 5 } }, tokens: [{ name: a, sha256: ${sha256}, scopes: [write] }]`,
    );
    expect(toGuardRules(proxy)).toEqual({
      lists: { allow: ['10.0.0.0/8'], ban: ['10.1.0.0/16'] },
      tokens: { tokens: [{ name: 'a', sha256, scopes: ['write'] }], anonymous: ['read'] },
      limits: { perToken: { max: 5, windowMs: 60_000 } },
    });
  });

  it('takes the limits of routes, in the window of all unless they have their own', () => {
    const { proxy } = regionWith(
      'limits: { rate: { windowSeconds: 10, perRoute: { "PUT /v1/cache/:key": { max: 5 }, "GET /v1/cache": { max: 6, windowSeconds: 1, by: all } } } }',
    );
    expect(toGuardRules(proxy).limits).toEqual({
      perRoute: {
        'PUT /v1/cache/:key': { max: 5, windowMs: 10_000 },
        'GET /v1/cache': { max: 6, windowMs: 1000, by: 'all' },
      },
    });
  });
});

describe('toFaceOptions', () => {
  it('leaves everything to the routes where the topology says nothing', () => {
    expect(toFaceOptions(regionWith().proxy)).toEqual({});
    expect(toFaceOptions(regionWith('values: { contentFlags: true }').proxy)).toEqual({});
  });

  it('has what the topology says of values and keys', () => {
    const { proxy } = regionWith(
      'limits: { maxValueBytes: 7 }, values: { longKeys: refuse, contentFlags: { types: { 48: a/b } }, cacheControl: true, compression: { gzip: 2, zlib: { mask: 0x30, skipBytes: 4 }, maxInflatedBytes: 9 } }',
    );
    expect(toFaceOptions(proxy)).toEqual({
      maxValueBytes: 7,
      longKeys: 'refuse',
      contentFlags: { types: { 48: 'a/b' } },
      cacheControl: true,
      compression: { flagBits: { gzip: 2, zlib: { mask: 0x30, skipBytes: 4 } }, maxInflatedBytes: 9 },
    });
    expect(toFaceOptions(regionWith('values: { contentFlags: false }').proxy)).toEqual({ contentFlags: false });
  });
});

describe('restartNeeded', () => {
  it('names what a running proxy cannot change, and nothing else', () => {
    const changed = regionWith(
      'workers: 2, flushAll: allow, spool: { directory: /s }, bans: [10.0.0.1], limits: { maxValueBytes: 5, rate: { perAddress: 7, headers: always }, shed: { maxRssBytes: 9 }, batch: { maxOps: 1 } }, values: { cacheControl: true }, metaKeys: binary, forwardedHeader: forwarded',
    );
    expect(restartNeeded(regionWith(), changed)).toEqual([
      'proxy.workers',
      'proxy.limits.maxValueBytes',
      'proxy.limits.rate.headers',
      'proxy.limits.shed',
      'proxy.limits.batch',
      'proxy.values',
      'proxy.forwardedHeader',
      'proxy.spool',
      'proxy.flushAll',
      'proxy.metaKeys',
    ]);
    expect(restartNeeded(regionWith(), { ...regionWith(), journal: { maxQueueBytes: 5 } })).toEqual(['journal']);
    expect(restartNeeded(regionWith(), { ...regionWith(), versions: { keepMs: 5 } })).toEqual(['versions']);
    expect(
      restartNeeded(
        regionWith(
          'workers: 1, flushAll: refuse, metaKeys: text, limits: { rate: { headers: refused, shared: false } }',
        ),
        regionWith(),
      ),
    ).toEqual([]);
  });
});

describe('checkTopology', () => {
  it('says which template is wrong, where, and takes a good one', () => {
    const { topology, region } = topologyWith('templates: [{ url: "/a?b=:b", key: "a:{c}" }]');
    expect(() => checkTopology(topology, region)).toThrow(
      expect.objectContaining({
        code: 'ERR_SERVICE_KIT_TOPOLOGY',
        problems: [
          expect.stringMatching(/^t\.yaml: regions\.east\.proxy\.templates: template 0 \(\/a\?b=:b\): "b" of the url/),
        ],
      }),
    );
    const good = topologyWith('templates: [{ url: "/a?b=:b", key: "a:{b}" }]');
    expect(() => checkTopology(good.topology, good.region)).not.toThrow();
  });

  it('says what the guards would refuse', () => {
    const { topology, region } = topologyWith(
      'bans: [192.0.2.1, 10.0.0.1/8], limits: { rate: { perToken: 1, windowSeconds: 9007199254740991 } }',
    );
    expect(() => checkTopology(topology, region)).toThrow(
      expect.objectContaining({
        problems: [
          't.yaml: regions.east.proxy: bans[1]: "10.0.0.1/8" has bits outside of its prefix of 8: write the first address of the range',
          expect.stringMatching(/^t\.yaml: regions\.east\.proxy: limits\.perToken\.windowMs must be a whole number/),
        ],
      }),
    );
  });

  it('says which route of a limit is none', () => {
    const { topology, region } = topologyWith('limits: { rate: { perRoute: { "/v1/cache": { max: 1 } } } }');
    expect(() => checkTopology(topology, region)).toThrow(
      't.yaml: regions.east.proxy: limits.perRoute: "/v1/cache" must be a method and a pattern',
    );
  });

  it('says which trusted proxy is no range', () => {
    const { topology, region } = topologyWith('trustedProxies: [unix, 192.0.2.1, 10.0.0.1/8]');
    expect(() => checkTopology(topology, region)).toThrow(
      't.yaml: regions.east.proxy: trustedProxies[1]: "10.0.0.1/8" has bits outside of its prefix of 8: write the first address of the range',
    );
    const good = topologyWith('trustedProxies: [unix, 10.0.0.0/8]');
    expect(() => checkTopology(good.topology, good.region)).not.toThrow();
  });

  it('says how long the prefixes of all classes may be', () => {
    const list = Array.from({ length: 82 }, (_, at) => `{ prefix: "${String(at).padEnd(200, 'x')}", policy: none }`);
    const { topology, region } = topologyWith('', `[${list.join(', ')}]`);
    const message = 't.yaml: the prefixes of all classes have 16400 bytes; a proxy takes 16384';
    expect(() => checkTopology(topology, region)).toThrow(message);
  });

  it('says how many classes there may be', () => {
    const list = Array.from({ length: 1025 }, (_, index) => `{ prefix: "c${index}:", policy: none }`);
    const { topology, region } = topologyWith('', `[${list.join(', ')}]`);
    expect(() => checkTopology(topology, region)).toThrow('t.yaml: there are 1025 classes; a proxy takes 1024');
  });
});
