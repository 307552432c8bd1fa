import { connect, type Socket } from 'node:net';

import { systemClock } from '@lockstep/core';
import fastify, { type FastifyInstance } from 'fastify';

import { memcacheGuards, type MemcacheGuardsOptions } from '../../../src/http/guards/memcache-guards.ts';

/** A clock whose wall time a test sets; its timers are real. */
export function settableClock(startMs = 1_800_000_000_000): typeof systemClock & { nowMs: number } {
  return {
    ...systemClock,
    nowMs: startMs,
    now() {
      return this.nowMs;
    },
  };
}

/** Routes that say what they were asked, behind the guards. */
export async function guarded(options: MemcacheGuardsOptions = {}): Promise<FastifyInstance> {
  const app = fastify();
  app.setErrorHandler((_error, _request, reply) => reply.code(418).send('the host'));
  await app.register(memcacheGuards, options);
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'],
    url: '/v1/cache/:key',
    exposeHeadRoute: false,
    handler: (request) => ({ from: request.clientAddress() }),
  });
  app.post('/v1/batch', { config: { guard: { access: 'read', keys: 'checked' } } }, (request) => {
    const keys = request.body as string[];
    return keys.map((key) => [request.allowsKey(key, 'read'), request.allowsKey(Buffer.from(key), 'write')]);
  });
  app.get('/v1/all', () => 'everything');
  app.get('/healthz', () => 'fine');
  return app;
}

/** A raw connection, for what HTTP clients do not do. */
export function rawConnect(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Listens on a free port of loopback. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** All that the server says until it closes the connection. */
export async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}
