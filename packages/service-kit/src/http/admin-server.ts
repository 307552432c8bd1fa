import type { Server } from 'node:http';

import { type Clock, systemClock } from '@lockstep/core';
import { fastify, type FastifyBaseLogger, type FastifyHttpOptions, type FastifyInstance, LogController } from 'fastify';
import type { Registry } from 'prom-client';

import type { Fleet } from '../cluster/fleet.ts';
import type { TlsContents } from '../process/read-tls-files.ts';
import { mergeMetrics } from '../cluster/merge-metrics.ts';
import { mergeReadiness } from '../cluster/merge-readiness.ts';
import { answerErrors, createSendError, type SendError } from './error-answers.ts';
import { createMetricsRegistry } from './metrics-registry.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { stopAccepting } from './stop-accepting.ts';

type ServerOption =
  | 'bodyLimit'
  | 'requestTimeout'
  | 'connectionTimeout'
  | 'keepAliveTimeout'
  | 'http'
  | 'rewriteUrl'
  | 'genReqId';

/** How an admin server is made. */
export interface AdminServerOptions {
  /** Name of the app, for `lockstep_build_info`. */
  readonly name: string;
  readonly version: string;
  readonly logger: FastifyBaseLogger;
  /** When it aborts, `/readyz` answers 503 at once. Pass that of the app's context. */
  readonly signal?: AbortSignal;
  /** Largest request body in bytes. @default 1048576 */
  readonly bodyLimit?: number | undefined;
  /** Milliseconds that a readiness check may take. @default 1000 */
  readonly checkDeadlineMs?: number;
  /** Milliseconds that `close` waits for requests under way before it cuts them. @default 5000 */
  readonly drainMs?: number;
  /** Of those, milliseconds that a connection without a request may stay, to send one that is on its way. @default 500 */
  readonly idleMs?: number;
  /**
   * Listens with TLS. With `ca`, clients are asked for a certificate and let in without one, so that probes and scrapers
   * need none. A route that needs it looks at `authorized` of the socket and that `getPeerX509Certificate()` gives one:
   * a TLS 1.3 session that is resumed is authorized without any. @default no TLS
   */
  readonly tls?: TlsContents | undefined;
  /** Connections at once; more are closed at once. @default no bound */
  readonly maxConnections?: number | undefined;
  /** Further options of Fastify: time limits, sizes of headers, `rewriteUrl`. @default requestTimeout 30000 */
  readonly server?: Pick<FastifyHttpOptions<Server>, ServerOption> | undefined;
  /**
   * How errors are answered that no route answers itself, a URL that cannot be read and an unknown route among
   * them. @default JSON with `code` and `message`
   */
  readonly sendError?: SendError | undefined;
  /** The workers that answer probes and scrapes together. Pass that of the app's context. */
  readonly fleet?: Fleet | undefined;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** An HTTP server with probes and metrics, on which an app mounts its own routes. */
export interface AdminServer extends AsyncDisposable {
  /** Mount routes here before `listen`. Requests are not logged; errors of status 500 and above are. */
  readonly http: FastifyInstance;
  /** What `/readyz` asks. */
  readonly readiness: Readiness;
  /** What `/metrics` shows. Add yours with `registers: [metrics]`. */
  readonly metrics: Registry;
  /** Listens; resolves with `host:port`, where port 0 has become a real one. Rejects with `EADDRINUSE` and the like. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /**
   * Turns readiness off, stops accepting, answers what is under way and on its way with
   * `connection: close`, cuts what takes longer than `drainMs`. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Longest part of a path that a route takes, in characters. Keys that are too long for memcached are hashed by
 * the proxy, and a URL of several kilobytes is one. The bound on all headers, 16 KiB, is behind it.
 */
const maxParamLength = 8192;

/**
 * Makes a server with `/livez` (200 while the event loop turns), `/readyz` (200, or 503 with what
 * fails) and `/metrics` (Prometheus text). It does not listen yet.
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { logger, signal, bodyLimit = 1_048_576, drainMs = 5000, idleMs = 500, clock = systemClock } = options;
  const { fleet, sendError = createSendError(logger) } = options;
  const closing = new AbortController();
  const signals = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  const readiness = createReadiness({ signal: signals, clock, deadlineMs: options.checkDeadlineMs ?? 1000 });
  const metrics = createMetricsRegistry(options);
  const http: FastifyInstance = fastify({
    // No log line per request, and no child logger either: both cost more than a cache hit. With a logger of its own
    // Fastify would still make one for every request, and listen for the end of every response.
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength },
    bodyLimit,
    forceCloseConnections: 'idle',
    // What is on its way when it closes is answered, see `close`. A request may have waited before Fastify hears of it.
    return503OnClosing: false,
    // How long a client may take to send one whole request.
    requestTimeout: 30_000,
    // Of a URL that no route can be found for, as its escapes are broken.
    frameworkErrors(error, _request, reply) {
      reply.log = logger;
      void sendError(reply, error);
    },
    ...options.server,
    ...secured(options.tls),
  });
  http.log = logger;
  http.addHook('onRequest', (request, reply, done) => {
    request.log = logger;
    reply.log = logger;
    done();
  });
  if (options.maxConnections !== undefined) http.server.maxConnections = options.maxConnections;
  answerErrors(http, sendError);
  // A connection that stays open after its last answer would hold up `close` until it times out.
  http.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
    done();
  });
  http.get('/livez', async () => ({ status: 'alive' }));
  http.get('/readyz', async (_request, reply) => {
    const report = fleet === undefined ? await readiness.report() : mergeReadiness(await fleet.collect('readiness'));
    return reply
      .code(report.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(report);
  });
  http.get('/metrics', async (_request, reply) => {
    const shown = fleet === undefined ? metrics : mergeMetrics(await fleet.collect('metrics'));
    return reply.type(metrics.contentType).send(await shown.metrics());
  });
  fleet?.answer('readiness', () => readiness.report());
  fleet?.answer('metrics', () => metrics.getMetricsAsJSON());

  let closed: Promise<void> | undefined;
  async function drainAndClose(): Promise<void> {
    closing.abort();
    const cut = clock.setTimer(() => http.server.closeAllConnections(), drainMs);
    const { idle, ended } = stopAccepting(http.server, idleMs, clock);
    await idle;
    await http.close();
    await ended;
    cut.cancel();
  }
  const close = (): Promise<void> => (closed ??= drainAndClose());
  return {
    http,
    readiness,
    metrics,
    async listen({ host, port }) {
      await http.listen({ host, port, listenTextResolver: () => `listening on ${host}:${port}` });
      const address = http.server.address();
      if (address === null || typeof address === 'string') return String(address);
      return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The options of Fastify for TLS. Whoever does not end the handshake in time is cut. */
function secured(tls: TlsContents | undefined): object {
  if (tls === undefined) return {};
  const asked = { requestCert: tls.ca !== undefined, rejectUnauthorized: false };
  return { https: { ...tls, ...asked, handshakeTimeout: 10_000 } };
}
