import { type Clock, systemClock } from '@lockstep/core';
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Registry } from 'prom-client';

import { answerErrors } from './error-answers.ts';
import { createMetricsRegistry } from './metrics-registry.ts';
import { createReadiness, type Readiness } from './readiness.ts';

/** How an admin server is made. */
export interface AdminServerOptions {
  /** Name of the app, for `lockstep_build_info`. */
  readonly name: string;
  readonly version: string;
  readonly logger: FastifyBaseLogger;
  /** When it aborts, `/readyz` answers 503 at once. Pass that of the app's context. */
  readonly signal?: AbortSignal;
  /** Largest request body in bytes. @default 1048576 */
  readonly bodyLimit?: number;
  /** Milliseconds that a readiness check may take. @default 1000 */
  readonly checkDeadlineMs?: number;
  /** Milliseconds that `close` waits for requests under way before it cuts them. @default 5000 */
  readonly drainMs?: number;
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
  /** Turns readiness off, stops accepting, lets requests under way finish, cuts those that do not. Idempotent. */
  close(): Promise<void>;
}

/** Longest part of a path that a route takes: a key of 250 bytes, percent-encoded, is 750. */
const maxParamLength = 1024;

/**
 * Makes a server with `/livez` (200 while the event loop turns), `/readyz` (200, or 503 with what
 * fails) and `/metrics` (Prometheus text). It does not listen yet.
 */
export function createAdminServer(options: AdminServerOptions): AdminServer {
  const { logger, signal, bodyLimit = 1_048_576, drainMs = 5000, clock = systemClock } = options;
  const closing = new AbortController();
  const signals = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  const readiness = createReadiness({ signal: signals, clock, deadlineMs: options.checkDeadlineMs ?? 1000 });
  const metrics = createMetricsRegistry(options);
  const http: FastifyInstance = fastify({
    loggerInstance: logger,
    // No log line per request, and no child logger either: both cost more than a cache hit.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent) => parent,
    routerOptions: { maxParamLength },
    bodyLimit,
    forceCloseConnections: 'idle',
    // How long a client may take to send one whole request.
    requestTimeout: 30_000,
  });
  answerErrors(http, logger);
  // A connection that stays open after its last answer would hold up `close` until it times out.
  http.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing.signal.aborted) reply.header('connection', 'close');
    done();
  });
  http.get('/livez', async () => ({ status: 'alive' }));
  http.get('/readyz', async (_request, reply) => {
    const report = await readiness.report();
    return reply
      .code(report.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(report);
  });
  http.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));

  let closed: Promise<void> | undefined;
  async function drainAndClose(): Promise<void> {
    closing.abort();
    const cut = clock.setTimer(() => http.server.closeAllConnections(), drainMs);
    await http.close();
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
