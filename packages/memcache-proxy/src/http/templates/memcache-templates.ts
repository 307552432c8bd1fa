import type { Key } from '@lockstep/memcache';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { type CacheFace, type CacheFaceOptions, createCacheFace } from '../cache/cache-face.ts';
import { allowsKey, assertAccess, checkedKeys } from '../cache/key-access.ts';
import { originForm } from '../cache/origin-form.ts';
import { addRawBodies } from '../cache/raw-bodies.ts';
import { accessOfRead, answerRead, sendMiss } from '../cache/read-value.ts';
import { BODY_TOO_LARGE, refuseBody } from '../cache/refuse-body.ts';
import { isPlainKey, toStoredKey } from '../cache/stored-key.ts';
import { answerPut, deleteValue } from '../cache/write-value.ts';
import { holdPipelined } from '../hold-pipelined.ts';
import { sendProblem } from '../problem.ts';
import type { KeyTemplate } from './key-template.ts';
import { KeyTemplates, type TemplateMatch } from './key-templates.ts';

/** Answers reads of a template in place of the pools, itself and as it likes. What it rejects with becomes a problem. */
export type TemplateReader = (match: TemplateMatch, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** What the routes of templates are made of. */
export interface MemcacheTemplatesOptions extends CacheFaceOptions {
  /** Give `KeyTemplates` to replace them later. */
  readonly templates: readonly KeyTemplate[] | KeyTemplates;
  /** What stands before every URL of a template. @default '' */
  readonly prefix?: string;
  /** Who reads a template, where it is not the pools. @default the pools read all of them */
  readonly readerOf?: (template: KeyTemplate) => TemplateReader | undefined;
}

/** A match whose key is ready for memcached. */
interface Target {
  readonly template: KeyTemplate;
  readonly key: Key;
}

/**
 * A Fastify 5 plugin that answers the URLs of key templates: `GET` and `HEAD`, and `PUT` and `DELETE`
 * where a template says so. It takes the route `prefix/*`, behind all other routes of the server.
 *
 * @throws TypeError with everything that is wrong with the templates.
 */
export const memcacheTemplates: FastifyPluginAsync<MemcacheTemplatesOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy/templates',
  fastify: '5.x',
});

async function register(host: FastifyInstance, options: MemcacheTemplatesOptions): Promise<void> {
  const { templates: given, prefix = '' } = options;
  const face = createCacheFace(options);
  const templates = given instanceof KeyTemplates ? given : new KeyTemplates(given);
  await host.register(async (scope) => addRoutes(scope, face, templates, options), { prefix });
}

function addRoutes(
  scope: FastifyInstance,
  face: CacheFace,
  templates: KeyTemplates,
  { prefix = '', readerOf }: MemcacheTemplatesOptions,
): void {
  const urlOf = (request: FastifyRequest): string => originForm(request.originalUrl).slice(prefix.length);
  const mayWrite = (request: FastifyRequest): boolean => {
    const match = templates.match(urlOf(request));
    return match !== undefined && allowsKey(request, match.key, 'write');
  };
  const find = (request: FastifyRequest): Target | undefined => {
    const match = templates.match(urlOf(request));
    if (match === undefined) return undefined;
    const { template, key } = match;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    assertAccess(request, key, isRead ? accessOfRead(request) : 'write');
    return { template, key: isPlainKey(key) ? key : toStoredKey(Buffer.from(key), face.longKeys) };
  };
  holdPipelined(scope);
  addRawBodies(scope, face.maxValueBytes);
  scope.setErrorHandler<Error & { code?: string }>(async (error, request, reply) => {
    if (error.code !== BODY_TOO_LARGE) return sendProblem(reply, error);
    const keyOf = (): Key | undefined => {
      const target = find(request);
      return target?.template.isWritable === true ? target.key : undefined;
    };
    return sendProblem(reply, await refuseBody(face, request, keyOf));
  });

  scope.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    exposeHeadRoute: false,
    config: checkedKeys,
    handler: (request, reply) => {
      const match = readerOf === undefined ? undefined : templates.match(urlOf(request));
      const reader = match === undefined ? undefined : readerOf?.(match.template);
      if (match !== undefined && reader !== undefined) {
        assertAccess(request, match.key, 'read');
        return reader(match, request, reply);
      }
      const target = find(request);
      if (target === undefined) reply.callNotFound();
      else answerRead(face, request, reply, target.key, mayWrite);
      return undefined;
    },
  });

  scope.put('/*', { bodyLimit: face.maxValueBytes, config: checkedKeys }, async (request, reply) => {
    const target = find(request);
    if (target === undefined) return reply.callNotFound();
    if (target.template.isWritable !== true) return refuseMethod(reply);
    return answerPut(face, request, reply, target.key, target.template.ttlSeconds);
  });

  scope.delete('/*', { config: checkedKeys }, async (request, reply) => {
    const target = find(request);
    if (target === undefined) return reply.callNotFound();
    if (target.template.isWritable !== true) return refuseMethod(reply);
    return (await deleteValue(face, request, reply, target.key)) ? reply.code(204).send() : sendMiss(reply);
  });
}

function refuseMethod(reply: FastifyReply): FastifyReply {
  const error = new MemcacheProxyError('ERR_MEMCACHE_PROXY_METHOD', 'this template can only be read');
  return sendProblem(reply.header('allow', 'GET, HEAD'), error);
}
