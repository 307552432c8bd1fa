import { checkPositive } from '../../check-positive.ts';
import { type Clock, systemClock } from '@lockstep/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { assertAccess } from '../cache/key-access.ts';
import { sendProblem } from '../problem.ts';
import { holdPipelined } from '../hold-pipelined.ts';
import { ChangeFeed } from './change-feed.ts';
import { checkedChangeId } from './change-id.ts';
import type { ChangeLog } from './change-log.ts';
import { ChangeReaders } from './change-readers.ts';
import { ChangeStream } from './change-stream.ts';
import { OpenStreams } from './open-streams.ts';
import { requestedFormat } from './requested-format.ts';
import { StreamResponse } from './stream-response.ts';

const MAX_PREFIXES = 100;
/** The longest key that memcached takes. */
const MAX_PREFIX_LENGTH = 250;

/** What the push face of invalidations is made of. All times in milliseconds. */
export interface MemcacheChangesOptions {
  /** You own it: an invalidation log of `@lockstep/invalidation`, or anything with its `follow`. */
  readonly log: ChangeLog;
  /** @default '/v1/changes' */
  readonly prefix?: string;
  /** Further clients get a 503. @default 1000 */
  readonly maxStreams?: number;
  /** How many entries are kept for clients that come back or are slow. @default 10000 */
  readonly maxEntries?: number;
  /** How much their keys may take. @default 16777216 */
  readonly maxBytes?: number;
  /** How many clients may read the log by themselves at once, each over a connection of its own. @default 8 */
  readonly maxReaders?: number;
  /** Without a proof for this long that everything was heard, clients are told `stalled`. @default 5000 */
  readonly maxHorizonMs?: number;
  /** After how long a silence a heartbeat is sent. 0: never. @default 15000 */
  readonly heartbeatMs?: number;
  /** A client that takes nothing for this long is dropped. @default 60000 */
  readonly stallMs?: number;
  /** How long a stream may take to end when the server closes. @default 5000 */
  readonly drainMs?: number;
  /** A read of the log that failed, and is tried again. @default the server's log */
  readonly onError?: (error: Error) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A Fastify 5 plugin that serves `GET /v1/changes`: the keys that holders of copies must forget, as
 * server-sent events with `Last-Event-ID`, so that a process in any language keeps its cache in step.
 *
 * @throws RangeError that names the option.
 */
export const memcacheChanges: FastifyPluginAsync<MemcacheChangesOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy/changes',
  fastify: '5.x',
});

async function register(host: FastifyInstance, options: MemcacheChangesOptions): Promise<void> {
  const { log, prefix = '/v1/changes', maxStreams = 1000, maxReaders = 8, clock = systemClock } = options;
  const { maxEntries = 10_000, maxBytes = 16_777_216, maxHorizonMs = 5000 } = options;
  const { heartbeatMs = 15_000, stallMs = 60_000, drainMs = 5000 } = options;
  const { onError = (error: Error): void => host.log.warn({ err: error }, 'the invalidation log was not read') } =
    options;
  checkPositive({ maxEntries, maxBytes, maxHorizonMs, stallMs, drainMs });
  if (!(heartbeatMs >= 0)) throw new RangeError(`heartbeatMs must be 0 or more, got ${heartbeatMs}`);
  const streams = new OpenStreams(maxStreams);
  const readers = new ChangeReaders(maxReaders);
  const feed = new ChangeFeed({ log, clock, maxEntries, maxBytes, maxHorizonMs, onError });
  await host.register(async (scope) => {
    streams.endWith(scope);
    holdPipelined(scope);
    scope.addHook('onClose', () => feed.close());
    scope.setErrorHandler<Error>((error, _request, reply) => sendProblem(reply, error));
    const config = { guard: { keys: 'checked' }, endless: true } as const;
    scope.get(prefix, { exposeHeadRoute: false, config }, async (request, reply) => {
      const prefixes = readPrefixes(request);
      const after = readCursor(request);
      const format = requestedFormat(request, 'sse');
      streams.check();
      const stream = new StreamResponse(request, reply, {
        format,
        clock,
        heartbeatMs,
        stallMs,
        drainMs,
        position: () => changes.cursor,
      });
      const changes = new ChangeStream({ feed, log, readers, onError, stream, prefixes, after });
      stream.open();
      const running = changes.run();
      const forget = streams.add(async () => {
        changes.end();
        await running;
      });
      await running.finally(forget);
      return reply;
    });
  });
}

function readPrefixes(request: FastifyRequest): string[] {
  const { prefix = [] } = request.query as { prefix?: string | string[] };
  const prefixes = [prefix].flat();
  if (prefixes.length > MAX_PREFIXES || prefixes.some((text) => text.length > MAX_PREFIX_LENGTH)) {
    const message = `?prefix= may occur ${MAX_PREFIXES} times, with ${MAX_PREFIX_LENGTH} characters each`;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_PREFIX', message);
  }
  // Who may read a prefix may read all keys that begin with it. An empty one begins every key.
  for (const text of prefixes.length === 0 ? [''] : prefixes) assertAccess(request, text, 'read');
  return prefixes.includes('') ? [] : prefixes;
}

/** What an EventSource sends when it connects again is newer than the address it was made with. */
function readCursor(request: FastifyRequest): string | undefined {
  const header = request.headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return checkedChangeId(header, 'Last-Event-ID');
  const { after } = request.query as { after?: string | string[] };
  return after === undefined ? undefined : checkedChangeId(String(after), '?after');
}
