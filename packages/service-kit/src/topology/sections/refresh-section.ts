import { Type } from 'typebox';

import type { RefreshRegion, RefreshSource } from '../refresh-topology.ts';
import { listenExample } from './listen-section.ts';
import { positiveInteger } from './positive-integer.ts';
import { toListen } from './proxy-section.ts';

/** The section as the file has it. */
export interface RefreshDocument extends Omit<RefreshRegion, 'http' | 'sources'> {
  readonly http: string | readonly string[];
  readonly sources: Readonly<Record<string, RefreshSource>>;
}

const closed = { additionalProperties: false } as const;
const text = (example: string): Type.TSchema => Type.String({ minLength: 1, examples: [example] });
const flag = Type.Optional(Type.Boolean({ examples: ['true'] }));
const dayMs = 86_400_000;
const ms = (example: number): Type.TSchema => positiveInteger(example, 30 * dayMs);
const orZero = (example: number): Type.TSchema =>
  Type.Integer({ minimum: 0, maximum: 30 * dayMs, examples: [example] });

const httpSchema = Type.Object(
  {
    url: Type.String({ examples: ['"http://10.0.0.8:3000/coupons?city={id}"'] }),
    items: Type.Optional(Type.String({ examples: ['/data/coupons'] })),
    // A header is a text, or a map with the name of a secret: looked at by rules of its own.
    headers: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { examples: ['{ authorization: { secret: SHOP } }'] }),
    ),
    redirects: Type.Optional(Type.Enum(['refuse', 'same-origin'], { examples: ['refuse'] })),
    notFound: Type.Optional(Type.Enum(['error', 'empty'], { examples: ['error'] })),
  },
  { ...closed, examples: ['{ url: "http://10.0.0.8:3000/coupons" }'] },
);

const sqlSchema = Type.Object(
  {
    url: Type.String({ examples: ['postgres://reader@10.0.0.9:5432/shop'] }),
    password: Type.Optional(text('SHOP')),
    query: text('"SELECT id, title FROM coupons WHERE city = {id}"'),
    tls: flag,
    maxConnections: Type.Optional(positiveInteger(2, 100)),
    maxRows: Type.Optional(positiveInteger(100_000, 10_000_000)),
  },
  { ...closed, examples: ['{ url: "postgres://reader@10.0.0.9/shop", query: SELECT … }'] },
);

const scheduleSchema = Type.Object(
  {
    everyMs: Type.Optional(ms(60_000)),
    cron: Type.Optional(text('"*/5 * * * *"')),
    timeZone: Type.Optional(text('Europe/Oslo')),
    jitterMs: Type.Optional(orZero(5000)),
  },
  { ...closed, examples: ['{ everyMs: 60000 }'] },
);

const retrySchema = Type.Object(
  {
    attempts: Type.Optional(positiveInteger(4, 100)),
    minMs: Type.Optional(positiveInteger(1000, 3_600_000)),
    maxMs: Type.Optional(positiveInteger(60_000, 3_600_000)),
  },
  { ...closed, examples: ['{ attempts: 4, minMs: 1000, maxMs: 60000 }'] },
);

const sourceSchema = Type.Object(
  {
    load: Type.Object(
      {
        http: Type.Optional(httpSchema),
        sql: Type.Optional(sqlSchema),
        module: Type.Optional(text('./coupons.mjs')),
      },
      { ...closed, examples: ['{ http: { url: … } }'] },
    ),
    shape: Type.Optional(Type.Enum(['value', 'hash', 'list', 'zset'], { examples: ['hash'] })),
    primaryKey: Type.Optional(text('id')),
    score: Type.Optional(text('price')),
    ttlMs: ms(60_000),
    refreshBelowMs: Type.Optional(ms(12_000)),
    staleForMs: Type.Optional(orZero(600_000)),
    settleMs: Type.Optional(orZero(200)),
    loadTimeoutMs: Type.Optional(positiveInteger(10_000, 3_600_000)),
    maxBytes: Type.Optional(positiveInteger(16_777_216, 536_870_912)),
    single: flag,
    whenEmpty: Type.Optional(Type.Enum(['store', 'keep'], { examples: ['keep'] })),
    concurrency: Type.Optional(positiveInteger(4, 256)),
    policy: Type.Optional(Type.Enum(['invalidate', 'none'], { examples: ['invalidate'] })),
    pool: Type.Optional(text('main')),
    ids: Type.Optional(Type.Array(text('oslo'), { minItems: 1, maxItems: 10_000, examples: ['[oslo, bergen]'] })),
    schedule: Type.Optional(scheduleSchema),
    warmUp: flag,
    enabled: flag,
  },
  { ...closed, examples: ['{ load: { http: { url: … } }, ttlMs: 60000 }'] },
);

/** The section `refresh` of a region. Names, URLs and what belongs together are looked at by rules of their own. */
export const refreshSchema: Type.TSchema = Type.Object(
  {
    http: Type.Unknown({ examples: [listenExample] }),
    concurrency: Type.Optional(positiveInteger(8, 256)),
    leaseMs: Type.Optional(positiveInteger(10_000, 3_600_000)),
    retry: Type.Optional(retrySchema),
    waitMs: Type.Optional(positiveInteger(5000, 600_000)),
    sources: Type.Record(Type.String(), sourceSchema, { minProperties: 1, examples: ['{ coupons: … }'] }),
  },
  { ...closed, examples: [`{ http: ${listenExample}, sources: … }`] },
);

/** Makes the section of a document that broke no rule. */
export function toRefresh({ http, sources, ...rest }: RefreshDocument): RefreshRegion {
  const addresses = typeof http === 'string' ? [http] : http;
  return { http: addresses.map((address) => toListen(address)), ...rest, sources: new Map(Object.entries(sources)) };
}
