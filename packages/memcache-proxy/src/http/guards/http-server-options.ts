import type { FastifyServerOptions } from 'fastify';

import { answerBrokenRequest } from './answer-broken-request.ts';

/** Bounds on what a client may send, before any route sees it. */
export interface HttpServerLimits {
  /** Routes may set their own. @default 1048576 */
  readonly bodyBytes?: number;
  /** All header lines of a request together; more is a 431. @default 16384 */
  readonly headerBytes?: number;
  /** How long the headers may take, in milliseconds; then 408. @default 10000 */
  readonly headersTimeoutMs?: number;
  /** How long a whole request may take to arrive, in milliseconds; then 408. Answers may take longer. @default 60000 */
  readonly requestTimeoutMs?: number;
  /** How long an idle connection is kept, in milliseconds. @default 72000 */
  readonly keepAliveTimeoutMs?: number;
  /**
   * How long a connection may neither send nor take a byte while a request is under way, in milliseconds; then it
   * is closed: who does not read an answer does not hold it for ever. Streams have no such end. @default 60000
   */
  readonly connectionTimeoutMs?: number;
  /** How often the two are checked, in milliseconds. @default 1000 */
  readonly checkIntervalMs?: number;
}

/**
 * The options of `fastify()` by which the server itself refuses what is too large or too slow, with a problem:
 * `fastify({ ...httpServerOptions(), … })`. Fastify's own defaults have no time limit for a request.
 * Bound the number of connections on the server that comes of it: `app.server.maxConnections = 10_000`.
 *
 * @throws RangeError for a limit that is not a whole number above 0.
 */
export function httpServerOptions(limits: HttpServerLimits = {}): Pick<
  FastifyServerOptions,
  'bodyLimit' | 'requestTimeout' | 'connectionTimeout' | 'keepAliveTimeout'
> & {
  readonly clientErrorHandler: typeof answerBrokenRequest;
  readonly http: {
    readonly maxHeaderSize: number;
    readonly headersTimeout: number;
    readonly connectionsCheckingInterval: number;
    readonly requireHostHeader: true;
    readonly insecureHTTPParser: false;
  };
} {
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`${name} must be a whole number above 0, got ${String(value)}`);
    }
  }
  return {
    clientErrorHandler: answerBrokenRequest,
    bodyLimit: limits.bodyBytes ?? 1_048_576,
    requestTimeout: limits.requestTimeoutMs ?? 60_000,
    connectionTimeout: limits.connectionTimeoutMs ?? 60_000,
    keepAliveTimeout: limits.keepAliveTimeoutMs ?? 72_000,
    http: {
      maxHeaderSize: limits.headerBytes ?? 16_384,
      headersTimeout: limits.headersTimeoutMs ?? 10_000,
      connectionsCheckingInterval: limits.checkIntervalMs ?? 1000,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
  };
}
