import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../src/service-error.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { poolsOf } from '../../src/topology/pool-topology.ts';
import { optionsSample } from './proxy-options-sample.ts';

function problemsWith(piece: string, replacement: string): readonly string[] {
  if (!optionsSample.includes(piece)) throw new Error(`the sample has no ${piece}`);
  const text = optionsSample.replace(piece, () => replacement);
  try {
    parseTopology(text, 't.yaml');
  } catch (error) {
    if (error instanceof ServiceError) return error.problems;
    throw error;
  }
  return [];
}

describe('limits, values and keys of a proxy', () => {
  const { regions } = parseTopology(optionsSample, 't.yaml');

  it('are as the file says them', () => {
    expect(regions.get('east')!.proxy).toMatchObject({
      limits: {
        rate: {
          perAddress: 100,
          perRoute: { 'PUT /v1/cache/:key': { max: 5, windowSeconds: 2, by: 'all' } },
          headers: 'always',
        },
        shed: {
          maxEventLoopDelayMs: 200,
          maxEventLoopUtilization: 0.98,
          maxHeapUsedBytes: 1_000_000,
          maxRssBytes: 2_000_000,
        },
        batch: { maxOps: 10, maxBytes: 1000, maxReplyBytes: 2000, maxPendingReplyBytes: 3000 },
      },
      trustedProxies: ['10.0.0.0/8'],
      forwardedHeader: 'forwarded',
      values: {
        longKeys: 'refuse',
        contentFlags: { types: { 48: 'application/vnd.acme+json', 63: 'text/x-acme; charset=utf-8' } },
        compression: { gzip: 2, zlib: { mask: 0x30, skipBytes: 4 }, deflate: 0x8000_0000, maxInflatedBytes: 5000 },
        cacheControl: true,
      },
      metaKeys: 'binary',
    });
    expect(regions.get('west')!.proxy).toEqual({
      http: { host: '127.0.0.1', port: 4610, text: '127.0.0.1:4610' },
      memcached: { host: '127.0.0.1', port: 4611, text: '127.0.0.1:4611' },
    });
  });

  it('have every pool of every region take binary keys when one face does', () => {
    const kinds = (text: string) =>
      [...parseTopology(text, 't.yaml').regions.values()].flatMap((region) =>
        [...poolsOf(region).values()].map(({ keys }) => keys),
      );
    expect(kinds(optionsSample)).toEqual(['binary', 'binary', 'binary']);
    expect(kinds(optionsSample.replace('metaKeys: binary', 'metaKeys: text'))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['true', true],
    ['false', false],
    ['{}', {}],
  ])('take contentFlags: %s', (text, value) => {
    const changed = optionsSample.replace(/contentFlags: .*/, `contentFlags: ${text}`);
    expect(parseTopology(changed, 't.yaml').regions.get('east')!.proxy.values!.contentFlags).toEqual(value);
  });
});

/** What is wrong · the piece of the sample · what stands there instead · the one line that says so. */
const cases: readonly (readonly [string, string, string, string])[] = [
  [
    'rate headers that are never sent',
    'headers: always',
    'headers: alway',
    't.yaml:11:43: regions.east.proxy.limits.rate.headers is "alway"; it must be always or refused; did you mean "always"?',
  ],
  [
    'a mistyped reason to shed',
    'maxRssBytes',
    'maxRSSBytes',
    't.yaml:12:101: unknown key "maxRSSBytes" in regions.east.proxy.limits.shed; did you mean "maxRssBytes"?',
  ],
  [
    'a share above 1',
    '0.98',
    '98',
    't.yaml:12:68: regions.east.proxy.limits.shed.maxEventLoopUtilization must be at most 1, got 98',
  ],
  [
    'a share of nothing',
    '0.98',
    '0',
    't.yaml:12:68: regions.east.proxy.limits.shed.maxEventLoopUtilization must be above 0, got 0',
  ],
  [
    'a length of bodies, which each kind of request has its own for',
    '        batch:',
    '        bodyBytes: 5\n        batch:',
    't.yaml:13:9: unknown key "bodyBytes" in regions.east.proxy.limits; known keys are maxValueBytes, maxConnections, requestTimeoutMs, maxPendingBytes, slowClientTimeoutMs, idleTimeoutMs, rate, shed and batch',
  ],
  [
    'a batch of no operation',
    'maxOps: 10',
    'maxOps: 0',
    't.yaml:13:26: regions.east.proxy.limits.batch.maxOps must be a positive integer, got 0',
  ],
  [
    'a word for what becomes of long keys',
    'longKeys: refuse',
    'longKeys: drop',
    't.yaml:15:19: regions.east.proxy.values.longKeys is "drop"; it must be hash or refuse',
  ],
  [
    'content flags that are a word',
    '{ types: { 48: application/vnd.acme+json, 63: text/x-acme; charset=utf-8 } }',
    'off',
    't.yaml:16:23: regions.east.proxy.values.contentFlags must be true, false or a map such as { types: { 48: application/vnd.acme+json } }, got a string',
  ],
  [
    'a mistyped key of content flags',
    'types:',
    'type:',
    't.yaml:16:25: unknown key "type" in regions.east.proxy.values.contentFlags; did you mean "types"?',
  ],
  [
    'a code that is taken',
    '48:',
    '12:',
    't.yaml:16:34: "12" is not a code for a content type of your own; use 48 to 63',
  ],
  [
    'a type that is none',
    'application/vnd.acme+json',
    'json',
    't.yaml:16:38: "json" is not a media type; write it as in application/vnd.acme+json',
  ],
  [
    'a mask without a bit',
    '0x2,',
    '0,',
    't.yaml:17:30: regions.east.proxy.values.compression.gzip must be a mask of 32 bits such as 0x2, or a map such as { mask: 0x30, skipBytes: 4 }, got 0',
  ],
  [
    'a mask of 33 bits',
    '0x30,',
    '0x1ffffffff,',
    't.yaml:17:49: regions.east.proxy.values.compression.zlib.mask must be at most 4294967295, got 8589934591',
  ],
  [
    'a mistyped key of a compression',
    'skipBytes',
    'skip',
    't.yaml:17:55: unknown key "skip" in regions.east.proxy.values.compression.zlib; known keys are mask and skipBytes',
  ],
  [
    'one mask for two',
    '0x80000000',
    '0x30',
    't.yaml:17:80: the mask 0x30 is already that of zlib; flags can say only one of the two',
  ],
  [
    'a compression that nobody knows',
    'deflate:',
    'brotli:',
    't.yaml:17:71: unknown key "brotli" in regions.east.proxy.values.compression; known keys are gzip, zlib, deflate and maxInflatedBytes',
  ],
  [
    'a word for true',
    'cacheControl: true',
    'cacheControl: yes',
    't.yaml:18:23: regions.east.proxy.values.cacheControl must be true or false, got a string',
  ],
  [
    'a kind of keys that is none',
    'metaKeys: binary',
    'metaKeys: bytes',
    't.yaml:19:17: regions.east.proxy.metaKeys is "bytes"; it must be text or binary',
  ],
  [
    'a header that no proxy writes',
    'forwardedHeader: forwarded',
    'forwardedHeader: x-real-ip',
    't.yaml:21:24: regions.east.proxy.forwardedHeader is "x-real-ip"; it must be x-forwarded-for or forwarded',
  ],
  [
    'a route without a limit',
    '{ max: 5, windowSeconds: 2, by: all }',
    '{ by: all }',
    't.yaml:11:63: regions.east.proxy.limits.rate.perRoute.PUT /v1/cache/:key has no max; add max: 100',
  ],
];

describe('a wrong one of them', () => {
  it('is not found in the whole sample', () => {
    expect(problemsWith('version: 1', 'version: 1')).toEqual([]);
  });

  it.each(cases)('with %s gets a line that says where, what and what would be right', (_, piece, bad, line) => {
    expect(problemsWith(piece, bad)).toEqual([line]);
  });
});
