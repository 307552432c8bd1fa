import { describe, expect, it } from 'vitest';

import { ServiceError } from '../../src/service-error.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { sample } from './sample.ts';

const section = `    refresh:
      http: 127.0.0.1:4515
      concurrency: 16
      leaseMs: 3000
      retry: { attempts: 3, minMs: 10, maxMs: 100 }
      waitMs: 2000
      sources:
        coupons:
          load:
            http:
              url: "https://shop.example/coupons?city={id}"
              items: /data/coupons
              headers: { authorization: { secret: SHOP }, accept-language: nb }
              redirects: same-origin
              notFound: empty
          shape: hash
          primaryKey: id
          ttlMs: 60000
          refreshBelowMs: 12000
          staleForMs: 0
          settleMs: 0
          loadTimeoutMs: 5000
          maxBytes: 1000
          single: true
          whenEmpty: keep
          concurrency: 2
          policy: invalidate
          ids: [oslo, bergen]
          schedule: { cron: "*/5 * * * *", timeZone: Europe/Oslo, jitterMs: 0 }
          warmUp: true
          enabled: true
        prices:
          load:
            sql:
              url: "postgres://reader@db.example:5432/shop"
              password: SHOP_DB
              query: SELECT sku, price FROM prices WHERE shop = {id}
              tls: true
          shape: zset
          score: price
          ttlMs: 1000
          schedule: { everyMs: 1000 }
        rates: { load: { module: ./rates.mjs }, ttlMs: 1000, pool: main }
`;
const routes = `    proxy:
      http: 127.0.0.1:4510
      memcached: 127.0.0.1:4511
      templates:
        - { url: "/coupons?city=:city", key: "coupons:{city}", refresh: coupons }
`;
const text = sample
  .replace('    proxy:    { http: 127.0.0.1:4510, memcached: 127.0.0.1:4511 }\n', routes)
  .replace('  west:\n', `${section}  west:\n`);

function problemsOf(piece: string, instead: string): readonly string[] {
  const changed = text.replace(piece, () => instead);
  expect(changed).not.toBe(text);
  try {
    parseTopology(changed, 't.yaml');
  } catch (error) {
    if (error instanceof ServiceError) return error.problems.map((line) => line.replace(/^t\.yaml:\d+:\d+: /, ''));
    throw error;
  }
  return [];
}

const at = 'regions.east.refresh.sources';
const urlHint = 'not a URL of a source; write http://host:port/path or https://host/path, with {id} in path or query';
const sqlHint = 'not a URL of a database; write mysql://user@host:port/database or postgres://user@host:port/database';

/** What is wrong · the piece of the section · what stands there instead · what is said of it. */
const cases: readonly (readonly [string, string, string, string])[] = [
  [
    'a name of a source',
    '        rates:',
    '        Rates:',
    '"Rates" is not a name of a source; use 1 to 32 of a-z, 0-9 and "-", a letter first',
  ],
  [
    'a lease that is too short',
    'leaseMs: 3000',
    'leaseMs: 100',
    'leaseMs 100 is too short to be renewed in time; use 500 or more',
  ],
  ['delays upside down', 'minMs: 10,', 'minMs: 200,', 'minMs 200 is above maxMs 100; make it at most that'],
  ['no loader', '{ module: ./rates.mjs }', '{}', `${at}.rates.load must have one of http, sql and module; it has 0`],
  [
    'two loaders',
    '{ module: ./rates.mjs }',
    '{ module: ./rates.mjs, http: { url: "http://h/" } }',
    `${at}.rates.load must have one of http, sql and module; it has 2`,
  ],
  ['a URL of another kind', 'https://shop', 'ftp://shop', urlHint],
  ['a fragment in a URL', '?city={id}', '#{id}', urlHint],
  [
    'credentials in a URL',
    '//shop.example',
    '//u:hunter2@shop.example',
    'the url must not hold credentials; write headers: { authorization: { secret: NAME } }',
  ],
  [
    'a parameter that keys do not have, in a URL',
    'coupons?city={id}',
    'coupons?city={city}&shop={shop}',
    '{shop} is neither {id} nor a parameter in the key of each template with this refresh',
  ],
  [
    'a parameter that keys do not have, in a query',
    'shop = {id}',
    'shop = {shop}',
    '{shop} is neither {id} nor a parameter in the key of each template with this refresh',
  ],
  [
    'a parameter in the host',
    '//shop.example',
    '//{city}.example',
    '{city} may stand in the path and the query, not in the host',
  ],
  [
    'an id in the host',
    '//shop.example',
    '//{id}.example',
    '{id} may stand in the path and the query, not in the host',
  ],
  [
    'no JSON Pointer',
    '/data/coupons',
    'data.coupons',
    '"data.coupons" is not a JSON Pointer; write it as in /data/coupons',
  ],
  [
    'a header that is its own',
    'accept-language: nb',
    'Host: nb',
    'the header Host is set by the refresher; take it out',
  ],
  [
    'a header that is neither',
    'accept-language: nb',
    'x-shop: 7',
    `${at}.coupons.load.http.headers.x-shop must be a text, or { secret: NAME }`,
  ],
  ['a break in a header', 'accept-language: nb', 'x: "a\\nb"', 'the value of a header is printable ASCII'],
  [
    'a secret in place of its name',
    'secret: SHOP }',
    'secret: "Bearer hunter2" }',
    'a secret is named in capitals, digits and "_"; NAME stands for the variable LOCKSTEP_SECRET_NAME',
  ],
  [
    'a password in a URL of a database',
    'reader@db',
    'reader:hunter2@db',
    'the url must not hold a password; write password: NAME, and set LOCKSTEP_SECRET_NAME',
  ],
  ['a database without a user', 'reader@db', 'db', sqlHint],
  ['a database of another kind', 'postgres://', 'oracle://', sqlHint],
  [
    'an id between quotes',
    'shop = {id}',
    "shop = '{id}'",
    '{id} is a bound parameter: write it without quotes, and not in a comment',
  ],
  [
    'a hash without its key',
    '          primaryKey: id\n',
    '',
    `${at}.coupons has shape: hash and no primaryKey; add primaryKey: the field, such as id`,
  ],
  [
    'a score of a hash',
    'primaryKey: id',
    'primaryKey: id\n          score: price',
    'score is for shape: zset, and the shape is "hash"; take it out',
  ],
  [
    'a threshold that is always passed',
    'refreshBelowMs: 12000',
    'refreshBelowMs: 60000',
    'refreshBelowMs 60000 is not below ttlMs 60000: every read would ask for a refresh',
  ],
  [
    'a list in a pool',
    'pool: main',
    'pool: main, shape: list',
    'only shape: value can live in a pool, and the shape is "list"; take pool out',
  ],
  ['a pool that is not there', 'pool: main', 'pool: spare', 'the region has no pool "spare"; it has main'],
  ['an id twice', '[oslo, bergen]', '[oslo, oslo]', 'the id "oslo" is in the list twice'],
  ['an id that is no key', '[oslo, bergen]', '["a\\nb"]', 'an id is at most 160 bytes without control characters'],
  [
    'two schedules',
    '{ everyMs: 1000 }',
    '{ everyMs: 1000, cron: "* * * * *" }',
    `${at}.prices.schedule must have everyMs or cron, and not both`,
  ],
  [
    'no time zone',
    'Europe/Oslo',
    'Europe/Atlantis',
    '"Europe/Atlantis" is not a time zone; write it as in Europe/Oslo',
  ],
  ['a zone of nothing', 'everyMs: 1000 }', 'everyMs: 1000, timeZone: UTC }', 'timeZone is for cron; take it out'],
  [
    'a template of an unknown source',
    'refresh: coupons }',
    'refresh: cupons }',
    'the region has no source "cupons"; it has coupons, prices, rates',
  ],
  [
    'a key of another source',
    'key: "coupons:{city}"',
    'key: "couponsof:{city}"',
    'the key of a template of coupons must start with "coupons:"',
  ],
  [
    'a writable template',
    'refresh: coupons }',
    'refresh: coupons, isWritable: true }',
    'isWritable does not go with refresh: the source says what is stored',
  ],
  [
    'a page of its own',
    '/coupons?city=:city',
    '/coupons?city=:city&page=:p',
    '"page" in the query of a template with refresh says what of the entry is read; take another name',
  ],
  [
    'an address that another app has',
    'http: 127.0.0.1:4515',
    'http: 127.0.0.1:4510',
    '127.0.0.1:4510 is already the listen address at line 11, column 13; give each its own port',
  ],
];

describe('the section refresh', () => {
  it('is read with all that it says', () => {
    const { refresh, proxy } = parseTopology(text, 't.yaml').regions.get('east')!;
    expect(refresh).toEqual({
      http: [{ host: '127.0.0.1', port: 4515, text: '127.0.0.1:4515' }],
      concurrency: 16,
      leaseMs: 3000,
      retry: { attempts: 3, minMs: 10, maxMs: 100 },
      waitMs: 2000,
      sources: expect.any(Map),
    });
    expect([...refresh!.sources.keys()]).toEqual(['coupons', 'prices', 'rates']);
    expect(refresh!.sources.get('coupons')).toMatchObject({
      load: { http: { items: '/data/coupons', headers: { authorization: { secret: 'SHOP' } } } },
      settleMs: 0,
      schedule: { cron: '*/5 * * * *', timeZone: 'Europe/Oslo' },
    });
    expect(refresh!.sources.get('rates')).toEqual({ load: { module: './rates.mjs' }, ttlMs: 1000, pool: 'main' });
    expect(proxy.templates).toMatchObject([{ refresh: 'coupons' }]);
  });

  it('may be missing', () => {
    expect(parseTopology(sample, 't.yaml').regions.get('east')!.refresh).toBeUndefined();
  });

  it.each(cases)('is refused with %s', (_what, piece, instead, problem) => {
    expect(problemsOf(piece, instead)).toEqual([problem]);
  });

  it('says nothing of what stands in a URL or in place of a secret', () => {
    const said = [
      problemsOf('//shop.example', '//u:hunter2@shop.example'),
      problemsOf('reader@db', 'reader:hunter2@db'),
      problemsOf('secret: SHOP }', 'secret: "Bearer hunter2" }'),
    ];
    expect(said.flat().join('')).not.toContain('hunter2');
  });
});
