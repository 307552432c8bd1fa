import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { addFastLane, type FastLaneOptions } from '../fast-lane/fast-lane.ts';
import { sendProblem } from '../problem.ts';
import { type BatchLimits, checkBatchLimits } from './batch/batch-limits.ts';
import { addBatchRoutes } from './batch/batch-routes.ts';
import { type CacheFace, type CacheFaceOptions, createCacheFace } from './cache-face.ts';
import { whileClientWaits } from './client-signal.ts';
import { holdPipelined } from '../hold-pipelined.ts';
import { answerPatch } from './patch-value.ts';
import { accessOfRead, answerRead, sendMiss } from './read-value.ts';
import { BODY_TOO_LARGE, bodyTooLarge, refuseBody } from './refuse-body.ts';
import { readDuration } from './request-fields.ts';
import { checkedKeys, type KeyAccess } from './key-access.ts';
import { addRawBodies } from './raw-bodies.ts';
import { mayWriteKey, readKey } from './request-key.ts';
import { answerPost, answerPut, conditionOf, deleteValue } from './write-value.ts';

/** A 250-byte key with every byte percent-encoded. */
const MIN_PARAM_LENGTH = 750;
const MAX_PATCH_BYTES = 4096;

/** What the HTTP face is made of. */
export interface MemcacheHttpOptions extends CacheFaceOptions {
  /** What stands before `/:key`. @default '/v1/cache' */
  readonly prefix?: string;
  /** Where batches are posted to; false for no batches, also not of `GET`. @default '/v1/batch' */
  readonly batchUrl?: string | false;
  /**
   * Plain `GET`s of values are read from the connection and answered past node:http and Fastify, which are most of what
   * they cost, byte for byte as the route answers them. `memcacheGuards` holds for them and `clientGone` tells of them;
   * no hook of the host sees them, so do not set it where other hooks decide who may read. A connection that sends
   * anything else is node:http's from there on.
   *
   * Without effect with TLS, with `cacheControl`, with `maxRequestsPerSocket`, and where another `GET` route has a place
   * beside the keys. Fastify does not tell of its options `rewriteUrl` and `serverFactory`, and the lane passes both by:
   * leave it off with a `rewriteUrl` other than `rewriteCacheUrl`, and with a `serverFactory` whose server does more than
   * hand requests to Fastify. With `return503OnClosing: false` a read that was under way in the lane when the server
   * closes is answered also where the lane leaves it to the route.
   *
   * @default false
   */
  readonly fastLane?: boolean | FastLaneOptions;
  /** Bounds of one batch. */
  readonly batch?: Partial<BatchLimits>;
}

/**
 * A Fastify 5 plugin that serves the keys of a backend under `/v1/cache/:key` with raw bodies, and
 * many at once under `/v1/cache?keys=` and `/v1/batch`. Its body parsers and error answers apply to
 * these routes only.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_MAX_PARAM_LENGTH when the host server would not
 * route keys of 250 bytes: create it with `routerOptions: { maxParamLength: 750 }` or more.
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export const memcacheHttp: FastifyPluginAsync<MemcacheHttpOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy',
  fastify: '5.x',
});

async function register(host: FastifyInstance, options: MemcacheHttpOptions): Promise<void> {
  const { prefix = '/v1/cache', batchUrl = '/v1/batch', fastLane = false } = options;
  const face = createCacheFace(options);
  const limits = checkBatchLimits(options.batch);
  const { maxParamLength = 100 } = { ...host.initialConfig, ...host.initialConfig.routerOptions };
  if (maxParamLength < MIN_PARAM_LENGTH) {
    const message = `the server's routerOptions.maxParamLength must be at least ${MIN_PARAM_LENGTH}, so that every key of 250 bytes has a route; it is ${maxParamLength}`;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_MAX_PARAM_LENGTH', message);
  }
  if (fastLane !== false) addFastLane(host, face, host.prefix + prefix, fastLane === true ? {} : fastLane);
  // Scopes of their own: the host keeps its body parsers and its error handler.
  await host.register(async (scope) => addKeyRoutes(scope, face), { prefix });
  if (batchUrl !== false)
    await host.register(async (scope) => addBatchRoutes(scope, face, { prefix, batchUrl, limits }));
}

function addKeyRoutes(scope: FastifyInstance, face: CacheFace): void {
  const { backend, maxValueBytes, longKeys, clock } = face;
  const keyOf = (request: FastifyRequest, access: KeyAccess = 'write') => readKey(request, longKeys, access);
  holdPipelined(scope);
  addRawBodies(scope, maxValueBytes);
  scope.setErrorHandler<Error & { code?: string }>(async (error, request, reply) => {
    if (error.code !== BODY_TOO_LARGE) return sendProblem(reply, error);
    if (request.method === 'PATCH') return sendProblem(reply, bodyTooLarge(MAX_PATCH_BYTES));
    return sendProblem(reply, await refuseBody(face, request, () => keyOf(request)));
  });

  scope.route({
    method: ['GET', 'HEAD'],
    url: '/:key',
    exposeHeadRoute: false,
    config: checkedKeys,
    handler: (request, reply) => answerRead(face, request, reply, keyOf(request, accessOfRead(request)), mayWriteKey),
  });

  const withBody = { bodyLimit: maxValueBytes, config: checkedKeys };
  scope.put('/:key', withBody, async (request, reply) => answerPut(face, request, reply, keyOf(request)));
  scope.post('/:key', withBody, async (request, reply) => answerPost(face, request, reply, keyOf(request)));
  scope.patch('/:key', { bodyLimit: MAX_PATCH_BYTES, config: checkedKeys }, async (request, reply) =>
    answerPatch(face, request, reply, keyOf(request)),
  );

  scope.delete('/:key', { config: checkedKeys }, async (request, reply) => {
    const key = keyOf(request);
    const { stale } = request.query as { stale?: string | string[] };
    if (stale === undefined) return answerDeleted(reply, await deleteValue(face, request, reply, key));
    if (conditionOf(request, 'If-Match') !== undefined) {
      const message = 'If-Match does not go with ?stale: a mark is set whatever the version';
      throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_CONDITION', message);
    }
    const ttlSeconds = readDuration('?stale', String(stale), clock.now());
    const isFound = await whileClientWaits(request, reply, (signal) => backend.markStale(key, { ttlSeconds, signal }));
    return answerDeleted(reply, isFound);
  });
}

function answerDeleted(reply: FastifyReply, isFound: boolean): FastifyReply {
  return isFound ? reply.code(204).send() : sendMiss(reply);
}
