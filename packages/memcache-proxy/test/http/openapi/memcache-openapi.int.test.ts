import type { HTTPMethods } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { KeyTemplates, memcacheOpenapi, memcacheTemplates } from '../../../src/index.ts';
import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, { readonly required: string[] }> };
}

const METHODS = ['get', 'head', 'put', 'post', 'patch', 'delete'];
const templates = new KeyTemplates([
  { url: '/shops/:shop?page=:page', key: 's:{shop}:{page}', params: { page: { default: '1', integer: true } } },
  { url: '/pages/:page', key: 'p:{page}', isWritable: true, readerParams: ['element'] },
]);
const routes = new Set<string>();
let cache: CacheApp;
let document: Document;
beforeAll(async () => {
  cache = await startCacheApp({
    prepare: (app) =>
      app.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) routes.add(`${one.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
      }),
  });
  await cache.app.register(memcacheTemplates, { backend: cache.backend, templates });
  await cache.app.register(memcacheOpenapi, { templates: () => templates.templates });
  document = (await cache.app.inject('/v1/openapi.json')).json<Document>();
});
afterAll(() => cache[Symbol.asyncDispose]());

const operations = (): [path: string, method: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  );

describe('the OpenAPI document', () => {
  it('has every route that is registered, and no other', () => {
    const described = new Set(operations().map(([path, method]) => `${method} ${path}`));
    const isTemplate = (name: string): boolean => /^\w+ \/(shops|pages|\*)/.test(name);
    // Fastify adds HEAD to the route of the document by itself.
    const expected = [...routes].filter((name) => !isTemplate(name) && name !== 'head /v1/openapi.json');
    expect([...described].filter((name) => !isTemplate(name)).sort()).toEqual(expected.sort());
    expect([...described].filter(isTemplate).sort()).toEqual([
      'delete /pages/{page}',
      'get /pages/{page}',
      'get /shops/{shop}',
      'head /pages/{page}',
      'head /shops/{shop}',
      'put /pages/{page}',
    ]);
  });

  it('names each operation once, and every parameter of a path', () => {
    const names = operations().map(([, , { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const [path, item] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (item['parameters'] ?? []) as unknown as { in: string; name: string; required: boolean }[];
      const required = declared.filter((parameter) => parameter.in === 'path' && parameter.required);
      expect([path, required.map(({ name }) => name)]).toEqual([path, inPath]);
    }
  });

  it('names what a reader takes of the query, which nobody must give', () => {
    expect(document.paths['/pages/{page}']!['parameters']).toContainEqual({
      name: 'element',
      in: 'query',
      required: false,
      schema: { type: 'string' },
    });
  });

  it('says that a reader may be late, and nobody else', () => {
    const late = operations().filter(([, , { responses }]) => '504' in responses);
    expect(late.map(([path, method]) => `${method} ${path}`).sort()).toEqual([
      'get /pages/{page}',
      'head /pages/{page}',
    ]);
  });

  it('has only references that lead somewhere', () => {
    const references = JSON.stringify(document).match(/#\/[\w/]+/g) ?? [];
    for (const reference of new Set(references)) {
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], document);
      expect([reference, typeof target]).toEqual([reference, 'object']);
    }
    expect([references.length > 10, document.openapi]).toEqual([true, '3.1.0']);
  });

  it('does not describe what is not there', async () => {
    await using small = await startCacheApp({ http: { batchUrl: false } });
    await small.app.register(memcacheOpenapi, {});
    const { paths } = (await small.app.inject('/v1/openapi.json')).json<Document>();
    expect(Object.keys(paths).sort()).toEqual(['/v1/cache/{key}', '/v1/openapi.json']);
  });
});

describe('answers', () => {
  const range = { range: 'bytes=0-0' };
  const ndjson = { 'content-type': 'application/x-ndjson' };
  it.each<[HTTPMethods, string, string, number, Record<string, string>?, string?]>([
    ['PUT', '/v1/cache/k', '/v1/cache/{key}', 204, {}, 'v'],
    ['GET', '/v1/cache/k', '/v1/cache/{key}', 200],
    ['GET', '/v1/cache/k', '/v1/cache/{key}', 206, range],
    ['GET', '/v1/cache/k', '/v1/cache/{key}', 304, { 'if-none-match': '*' }],
    ['GET', '/v1/cache/k', '/v1/cache/{key}', 416, { range: 'bytes=5-' }],
    ['GET', '/v1/cache/none', '/v1/cache/{key}', 404],
    ['GET', '/v1/cache/k?lease=x', '/v1/cache/{key}', 400],
    ['HEAD', '/v1/cache/k', '/v1/cache/{key}', 200],
    ['PUT', '/v1/cache/k', '/v1/cache/{key}', 412, { 'if-none-match': '*' }, 'v'],
    ['PUT', '/v1/cache/k?ttl=x', '/v1/cache/{key}', 400, {}, 'v'],
    ['PUT', '/v1/cache/k', '/v1/cache/{key}', 415, { 'content-encoding': 'x' }, 'v'],
    ['POST', '/v1/cache/k', '/v1/cache/{key}', 409, {}, 'v'],
    ['POST', '/v1/cache/none?mode=replace', '/v1/cache/{key}', 404, {}, 'v'],
    ['PATCH', '/v1/cache/none', '/v1/cache/{key}', 200, {}, '{"increment":1,"initial":"1"}'],
    ['PATCH', '/v1/cache/k', '/v1/cache/{key}', 409, {}, '{"increment":1}'],
    ['PATCH', '/v1/cache/k', '/v1/cache/{key}', 204, {}, '{"ttl":100}'],
    ['DELETE', '/v1/cache/k', '/v1/cache/{key}', 412, { 'if-match': '"999999999"' }],
    ['DELETE', '/v1/cache/k', '/v1/cache/{key}', 204],
    ['DELETE', '/v1/cache/k', '/v1/cache/{key}', 404],
    ['GET', '/v1/cache?keys=a', '/v1/cache', 200],
    ['GET', '/v1/cache', '/v1/cache', 400],
    ['POST', '/v1/batch', '/v1/batch', 200, ndjson, '{"op":"get","key":"k"}'],
    ['POST', '/v1/batch', '/v1/batch', 400, ndjson, '{'],
    ['POST', '/v1/batch', '/v1/batch', 415, { 'content-type': 'text/plain' }, 'x'],
    ['GET', '/shops/1?page=x', '/shops/{shop}', 400],
    ['GET', '/pages/1', '/pages/{page}', 404],
    ['PUT', '/pages/1', '/pages/{page}', 204, {}, 'v'],
    ['GET', '/v1/openapi.json', '/v1/openapi.json', 200],
  ])(
    '%s %s have the status and type that %s declares for %i',
    async (method, url, path, status, headers = {}, ...[payload]) => {
      const body = payload === undefined ? {} : { payload };
      const response = await cache.app.inject({ method: method as 'GET', url, headers, ...body });
      expect(response.statusCode).toBe(status);
      const declared = document.paths[path]?.[method.toLowerCase()]?.responses[status];
      expect(declared).toBeDefined();
      const types = Object.keys(declared?.content ?? {});
      const type = response.headers['content-type']?.toString().split(';')[0] ?? '';
      expect(
        method === 'HEAD' || types.length === 0 ? types : types.some((one) => one === '*/*' || one === type),
      ).toEqual(method === 'HEAD' || types.length === 0 ? [] : true);
      const { required = [] } = document.components.schemas['Problem'] ?? {};
      expect(type === 'application/problem+json' ? Object.keys(response.json<object>()) : required).toEqual(required);
    },
  );
});
