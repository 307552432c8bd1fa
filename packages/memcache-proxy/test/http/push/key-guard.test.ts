import { createMemoryLog } from '@lockstep/invalidation';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';

import { memcacheChanges, memcacheNodes, memcacheStream } from '../../../src/index.ts';

/** A server whose senders may read what begins with `mine:` and write nothing, as far as the routes ask. */
async function startGuarded(): Promise<FastifyInstance> {
  const app = fastify({ routerOptions: { maxParamLength: 1024 } });
  onTestFinished(() => app.close());
  app.decorateRequest('allowsKey', (key: string | Buffer, access: 'read' | 'write') => {
    return access === 'read' && key.toString().startsWith('mine:');
  });
  await app.register(memcacheChanges, { log: createMemoryLog() });
  await app.register(memcacheStream, { queues: { nodes: [{ host: '127.0.0.1', port: 1 }] } });
  const backend = {
    readEverywhere: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('was asked')) }) }),
    deleteEverywhere: () => Promise.reject(new Error('was asked')),
  };
  await app.register(memcacheNodes, { backend });
  return app;
}

it.each([
  ['GET', '/v1/changes'],
  ['GET', '/v1/changes?prefix='],
  ['GET', '/v1/changes?prefix=mine:&prefix=theirs:'],
  ['GET', '/v1/changes?prefix=mine'],
  ['GET', '/v1/stream/jobs'],
  ['GET', '/v1/nodes/theirs:1'],
  ['DELETE', '/v1/nodes/mine:1'],
] as const)('refuses %s %s to one who may not', async (method, url) => {
  const app = await startGuarded();
  const reply = await app.inject({ method, url });
  expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([403, 'ERR_MEMCACHE_PROXY_FORBIDDEN']);
});
