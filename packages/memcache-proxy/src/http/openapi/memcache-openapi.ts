import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import type { KeyTemplate } from '../templates/key-template.ts';
import { batchPath, keyPath, keysPath } from './cache-paths.ts';
import { fragmentPaths } from './fragment-paths.ts';
import { toOpenapiDocument } from './openapi-document.ts';
import { templatePaths } from './template-paths.ts';

/** What the document is made of. */
export interface MemcacheOpenapiOptions {
  /** @default '/v1/openapi.json' */
  readonly url?: string;
  /** As given to `memcacheHttp`. @default '/v1/cache' */
  readonly prefix?: string;
  /** As given to `memcacheHttp`. @default '/v1/batch' */
  readonly batchUrl?: string;
  /** The templates that hold now: asked for each document. @default none */
  readonly templates?: () => readonly KeyTemplate[];
  /** As given to `memcacheTemplates`. @default '' */
  readonly templatesPrefix?: string;
  /** Path items of your own, which are in the document as they are. @default {} */
  readonly paths?: Readonly<Record<string, object>>;
  /** The version of the document. @default '1' */
  readonly version?: string;
}

/**
 * A Fastify 5 plugin that serves an OpenAPI 3.1 document of the routes of this package. Of them, it has
 * those that are registered on the same server, whichever came first.
 */
export const memcacheOpenapi: FastifyPluginAsync<MemcacheOpenapiOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy/openapi',
  fastify: '5.x',
});

async function register(host: FastifyInstance, options: MemcacheOpenapiOptions): Promise<void> {
  const { url = '/v1/openapi.json', prefix = '/v1/cache', batchUrl = '/v1/batch', version = '1' } = options;
  const { templates = () => [], templatesPrefix } = options;
  const known: Record<string, object> = {
    [`${prefix}/{key}`]: keyPath,
    [prefix]: keysPath,
    [batchUrl]: batchPath,
    ...fragmentPaths,
    [url]: openapiPath,
  };
  host.get(url, async (_request, reply) => {
    const paths = {
      ...registeredOf(host, known),
      ...templatePaths(templates(), templatesPrefix),
      ...options.paths,
    };
    return reply.type('application/json').send(JSON.stringify(toOpenapiDocument(paths, version)));
  });
}

const openapiPath = {
  get: {
    operationId: 'getOpenapi',
    summary: 'This document',
    responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } },
  },
};

const METHODS: readonly string[] = ['get', 'head', 'put', 'post', 'patch', 'delete'];

/** The operations whose routes the server has. */
function registeredOf(host: FastifyInstance, known: Readonly<Record<string, object>>): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const [path, item] of Object.entries(known)) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    const entries = Object.entries(item);
    const isThere = (name: string): boolean => host.hasRoute({ url, method: name.toUpperCase() });
    const operations = entries.filter(([name]) => METHODS.includes(name) && isThere(name));
    if (operations.length === 0) continue;
    paths[path] = Object.fromEntries([...entries.filter(([name]) => !METHODS.includes(name)), ...operations]);
  }
  return paths;
}
