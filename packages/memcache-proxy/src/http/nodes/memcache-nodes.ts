import { checkPositive } from '../../check-positive.ts';
import { type Clock, systemClock } from '@lockstep/core';
import type { BroadcastPolicy, Key, NodeAnswer, NodeOutcome } from '@lockstep/memcache';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { clientSignal } from '../cache/client-signal.ts';
import { readKey } from '../cache/request-key.ts';
import type { LongKeys } from '../cache/stored-key.ts';
import { holdPipelined } from '../hold-pipelined.ts';
import { PROBLEM_TYPE, sendProblem } from '../problem.ts';
import { OpenStreams } from '../push/open-streams.ts';
import { requestedFormat } from '../push/requested-format.ts';
import { StreamResponse } from '../push/stream-response.ts';
import { describeOutcomes, type NodeNames, toAnswerEvent, toPartialDelete } from './node-report.ts';

/** The calls that the fan-out makes; a backend has them, and so does a pool, whose writes nobody hears of. */
export interface NodesBackend {
  readEverywhere(
    key: Key,
    options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): AsyncIterable<NodeAnswer>;
  deleteEverywhere(
    key: Key,
    options: { readonly policy: BroadcastPolicy; readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<NodeOutcome[]>;
}

/** What the fan-out is made of. All times in milliseconds. */
export interface MemcacheNodesOptions {
  readonly backend: NodesBackend;
  /** What stands before `/:key`. @default '/v1/nodes' */
  readonly prefix?: string;
  /** How long each node may take. @default that of the pool */
  readonly timeoutMs?: number;
  /** What becomes of keys that memcached cannot hold; as for the cache routes. @default 'hash' */
  readonly longKeys?: LongKeys;
  /** What a node is called in answers. @default its label in the ring, or else its address */
  readonly nameOf?: NodeNames;
  /** Further reads get a 503. @default 1000 */
  readonly maxStreams?: number;
  /** A client that takes nothing for this long is dropped. @default 10000 */
  readonly stallMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A Fastify 5 plugin that serves `GET /v1/nodes/:key`, what each node holds under a key in the order of
 * their answers, and `DELETE /v1/nodes/:key?policy=all|first|quorum`.
 *
 * @throws RangeError that names the option.
 */
export const memcacheNodes: FastifyPluginAsync<MemcacheNodesOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy/nodes',
  fastify: '5.x',
});

const POLICIES: Readonly<Record<string, BroadcastPolicy>> = { all: 'all', first: 'firstSuccess', quorum: 'quorum' };

async function register(host: FastifyInstance, options: MemcacheNodesOptions): Promise<void> {
  const { backend, prefix = '/v1/nodes', timeoutMs, maxStreams = 1000, stallMs = 10_000 } = options;
  const { clock = systemClock, longKeys = 'hash', nameOf } = options;
  checkPositive({ stallMs, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const streams = new OpenStreams(maxStreams);
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  await host.register(
    async (scope) => {
      holdPipelined(scope);
      scope.setErrorHandler<Error>((error, _request, reply) => sendProblem(reply, error));

      scope.get('/:key', { exposeHeadRoute: false, config: { guard: { keys: 'checked' } } }, async (request, reply) => {
        const key = readKey(request, longKeys, 'read');
        const format = requestedFormat(request, 'ndjson');
        streams.check();
        const stream = new StreamResponse(request, reply, { format, clock, heartbeatMs: 0, stallMs, drainMs: stallMs });
        const forget = streams.add(() => stream.closed);
        try {
          stream.open();
          for await (const answer of backend.readEverywhere(key, { ...timeout, signal: stream.signal })) {
            stream.send(toAnswerEvent(answer, nameOf));
            await stream.room();
          }
          await stream.end();
        } catch (error) {
          // The headers are out: a stream that is cut off is the one way to say that answers are missing.
          stream.drop();
          if (!stream.signal.aborted) throw error;
        } finally {
          forget();
        }
        return reply;
      });

      scope.delete('/:key', { config: { guard: { keys: 'checked' } } }, async (request, reply) => {
        const key = readKey(request, longKeys, 'write');
        const policy = readPolicy(request);
        const signal = clientSignal(request, reply);
        try {
          const outcomes = await backend.deleteEverywhere(key, { ...timeout, policy, signal });
          return await reply.send({ outcomes: describeOutcomes(outcomes, nameOf) });
        } catch (error) {
          const problem = toPartialDelete(error, nameOf);
          if (problem === undefined) throw error;
          const body = Buffer.from(JSON.stringify(problem));
          return await reply.code(problem.status).header('content-type', PROBLEM_TYPE).send(body);
        }
      });
    },
    { prefix },
  );
}

function readPolicy(request: FastifyRequest): BroadcastPolicy {
  const { policy = 'all' } = request.query as { policy?: string | string[] };
  const found = Object.hasOwn(POLICIES, String(policy)) ? POLICIES[String(policy)] : undefined;
  if (found !== undefined) return found;
  const message = `?policy must be all, first or quorum, got ${JSON.stringify(policy)}`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_POLICY', message);
}
