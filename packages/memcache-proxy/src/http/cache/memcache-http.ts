import { type Clock, systemClock } from '@lockstep/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import type { Backend } from '../../backend/backend.ts';
import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { sendProblem } from '../problem.ts';
import { readFlags, readKey, readTtlSeconds } from './request-fields.ts';

/** A 250-byte key with every byte percent-encoded. */
const MIN_PARAM_LENGTH = 750;

/** What the HTTP face is made of. */
export interface MemcacheHttpOptions {
  /** You own it, and the pool behind it. */
  readonly backend: Backend;
  /** What stands before `/:key`. @default '/v1/cache' */
  readonly prefix?: string;
  /** Larger bodies are refused with 413. @default 1048576 */
  readonly maxValueBytes?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A Fastify 5 plugin that serves `GET`, `HEAD`, `PUT` and `DELETE` of `/v1/cache/:key` with raw
 * bodies. Its body parser and error answers apply to these routes only.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_MAX_PARAM_LENGTH when the host server would not
 * route keys of 250 bytes: create it with `routerOptions: { maxParamLength: 750 }` or more.
 */
export const memcacheHttp: FastifyPluginAsync<MemcacheHttpOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy',
  fastify: '5.x',
});

async function register(host: FastifyInstance, options: MemcacheHttpOptions): Promise<void> {
  const { maxParamLength = 100 } = { ...host.initialConfig, ...host.initialConfig.routerOptions };
  if (maxParamLength < MIN_PARAM_LENGTH) {
    const message = `the server's routerOptions.maxParamLength must be at least ${MIN_PARAM_LENGTH}, so that every key of 250 bytes has a route; it is ${maxParamLength}`;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_MAX_PARAM_LENGTH', message);
  }
  // A scope of its own: the host keeps its body parsers and its error handler.
  await host.register(async (scope) => addRoutes(scope, options), { prefix: options.prefix ?? '/v1/cache' });
}

function addRoutes(scope: FastifyInstance, options: MemcacheHttpOptions): void {
  const { backend, maxValueBytes = 1_048_576, clock = systemClock } = options;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxValueBytes }, (_request, body, done) =>
    done(null, body),
  );

  scope.setErrorHandler<Error & { code?: string }>(async (error, request, reply) => {
    if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return sendProblem(reply, error);
    return sendProblem(reply, await refuseValue(request, backend, maxValueBytes));
  });

  scope.route({
    method: ['GET', 'HEAD'],
    url: '/:key',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const item = await backend.get(readKey(request));
      if (item === undefined) return sendMiss(reply);
      reply.header('x-cache-flags', item.flags).type('application/octet-stream');
      if (request.method === 'GET') return reply.send(item.value);
      return reply.header('content-length', item.value.length).send();
    },
  });

  scope.put('/:key', { bodyLimit: maxValueBytes }, async (request, reply) => {
    const key = readKey(request);
    const ttlSeconds = readTtlSeconds(request, clock.now());
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    await backend.set(key, body, { flags: readFlags(request), ttlSeconds });
    return reply.code(204).send();
  });

  scope.delete('/:key', async (request, reply) => {
    const isDeleted = await backend.delete(readKey(request));
    return isDeleted ? reply.code(204).send() : sendMiss(reply);
  });
}

/** As memcached does with a `set` that is too large: the old value must not outlive the attempt to replace it. */
async function refuseValue(request: FastifyRequest, backend: Backend, maxValueBytes: number): Promise<Error> {
  try {
    if (request.method === 'PUT') await backend.delete(readKey(request));
    const message = `a value must have at most ${maxValueBytes} bytes; the old one is gone`;
    return new MemcacheProxyError('ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE', message);
  } catch (error) {
    return error as Error;
  }
}

function sendMiss(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ code: 'ERR_MEMCACHE_PROXY_NOT_FOUND', message: 'there is no value under this key' });
}
