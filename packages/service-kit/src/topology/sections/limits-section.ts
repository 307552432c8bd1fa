import { Type } from 'typebox';

import { batchSchema, type ProxyBatch } from './batch-section.ts';
import { positiveInteger } from './positive-integer.ts';
import { type ProxyShed, shedSchema } from './shed-section.ts';

/** What clients of a proxy may ask for at once. */
export interface ProxyLimits {
  /** Longest value in bytes. @default 1048576 */
  readonly maxValueBytes?: number;
  /** Connections of the memcached face, and of the HTTP face, per worker. @default 16384, and no bound */
  readonly maxConnections?: number;
  /** Milliseconds in which a client must have sent one whole request. @default 60000 */
  readonly requestTimeoutMs?: number;
  /** Bytes of requests under way on a connection of the memcached face, above which it takes no more. @default 1048576 */
  readonly maxPendingBytes?: number;
  /** Milliseconds after which a client of the memcached face is cut off that takes none of its replies. @default 30000 */
  readonly slowClientTimeoutMs?: number;
  /** The same of one that sends nothing. @default never, as memcached */
  readonly idleTimeoutMs?: number;
  /** Requests in a window. @default no bound */
  readonly rate?: RateLimits;
  /** When to answer 503 instead of queueing. @default never */
  readonly shed?: ProxyShed;
  /** Of one batch over HTTP. */
  readonly batch?: ProxyBatch;
}

/** How many requests of one route are served in a window. */
export interface RouteLimit {
  readonly max: number;
  /** Seconds. @default that of all limits */
  readonly windowSeconds?: number;
  /** Whose requests are counted together: those of a client, or everybody's. @default 'client' */
  readonly by?: 'client' | 'all';
}

/** How many requests a client may make in a window. */
export interface RateLimits {
  readonly perAddress?: number;
  readonly perToken?: number;
  /** By method and pattern, as the proxy declares the route: `PUT /v1/cache/:key`. */
  readonly perRoute?: Readonly<Record<string, RouteLimit>>;
  /** Seconds. @default 60 */
  readonly windowSeconds?: number;
  /** Whether all workers and proxies of a region count together, in Redis. @default false */
  readonly shared?: boolean;
  /** Which answers say what is left of the limits; on all of them it costs 2 to 3 microseconds each. @default 'refused' */
  readonly headers?: 'always' | 'refused';
}

/** What a timer of Node takes. */
const MAX_TIMER_MS = 2_147_483_647;

const routeLimitSchema = Type.Object(
  {
    max: positiveInteger(100),
    windowSeconds: Type.Optional(positiveInteger(60)),
    by: Type.Optional(Type.Enum(['client', 'all'], { examples: ['client'] })),
  },
  { additionalProperties: false, examples: ['{ max: 100 }'] },
);

/** The section `limits` of a proxy. */
export const limitsSchema: Type.TSchema = Type.Object(
  {
    maxValueBytes: Type.Optional(positiveInteger(1_048_576)),
    maxConnections: Type.Optional(positiveInteger(10_000)),
    requestTimeoutMs: Type.Optional(positiveInteger(60_000)),
    maxPendingBytes: Type.Optional(positiveInteger(1_048_576)),
    slowClientTimeoutMs: Type.Optional(positiveInteger(30_000, MAX_TIMER_MS)),
    idleTimeoutMs: Type.Optional(positiveInteger(600_000, MAX_TIMER_MS)),
    rate: Type.Optional(
      Type.Object(
        {
          perAddress: Type.Optional(positiveInteger(1000)),
          perToken: Type.Optional(positiveInteger(10_000)),
          perRoute: Type.Optional(
            Type.Record(Type.String(), routeLimitSchema, { examples: ['{ "PUT /v1/cache/:key": { max: 100 } }'] }),
          ),
          windowSeconds: Type.Optional(positiveInteger(60)),
          shared: Type.Optional(Type.Boolean({ examples: ['true'] })),
          headers: Type.Optional(Type.Enum(['always', 'refused'], { examples: ['always'] })),
        },
        { additionalProperties: false, examples: ['{ perAddress: 1000, windowSeconds: 60 }'] },
      ),
    ),
    shed: Type.Optional(shedSchema),
    batch: Type.Optional(batchSchema),
  },
  { additionalProperties: false, examples: ['{ maxValueBytes: 1048576 }'] },
);
