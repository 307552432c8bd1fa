import { type Clock, systemClock } from '@lockstep/core';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import { assertAccess } from '../cache/key-access.ts';
import { sendProblem } from '../problem.ts';
import { holdPipelined } from '../hold-pipelined.ts';
import { drainQueue } from './drain-queue.ts';
import { OpenStreams } from './open-streams.ts';
import { checkQueue, type QueueOptions, resolveQueueRules } from './queue-rules.ts';
import { requestedFormat } from './requested-format.ts';
import { StreamResponse } from './stream-response.ts';

/** What the push face of queues is made of. */
export interface MemcacheStreamOptions {
  readonly queues: QueueOptions;
  /** What stands before `/:queue`. @default '/v1/stream' */
  readonly prefix?: string;
  /** Further ones get a 503. @default 1000 */
  readonly maxStreams?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1) for the pauses between attempts to connect. @default Math.random */
  readonly random?: () => number;
}

/**
 * A Fastify 5 plugin that serves `GET /v1/stream/:queue`: the items of a queue from all nodes at once, as
 * server-sent events, JSON lines or length-prefixed frames by `Accept`, until the client goes.
 *
 * @throws RangeError or TypeError that names the option.
 */
export const memcacheStream: FastifyPluginAsync<MemcacheStreamOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy/stream',
  fastify: '5.x',
});

async function register(host: FastifyInstance, options: MemcacheStreamOptions): Promise<void> {
  const { prefix = '/v1/stream', maxStreams = 1000, clock = systemClock, random = Math.random } = options;
  const rules = resolveQueueRules(options.queues);
  const streams = new OpenStreams(maxStreams);
  await host.register(
    async (scope) => {
      streams.endWith(scope);
      holdPipelined(scope);
      scope.setErrorHandler<Error>((error, _request, reply) => sendProblem(reply, error));
      // What is read is gone: a token that may only read must not empty a queue.
      const config = { guard: { access: 'write', keys: 'checked' }, endless: true } as const;
      scope.get('/:queue', { exposeHeadRoute: false, config }, async (request, reply) => {
        const { queue } = request.params as { queue: string };
        checkQueue(queue, rules);
        assertAccess(request, queue, 'write');
        const format = requestedFormat(request, 'sse');
        streams.check();
        const { heartbeatMs, stallMs, drainMs } = rules;
        const stream = new StreamResponse(request, reply, { format, clock, heartbeatMs, stallMs, drainMs });
        stream.open();
        const drain = drainQueue({ queue, rules, clock, random, stream });
        const forget = streams.add(() => drain.end('shutdown'));
        await drain.done.finally(forget);
        return reply;
      });
    },
    { prefix },
  );
}
