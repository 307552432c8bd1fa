import { startRedis } from '@lockstep/testing';
import { fastify, type FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { fencingPlugin, type FencingPluginOptions } from '../../src/fastify/index.ts';
import { createRedisFenceStore } from '../../src/index.ts';

async function open(options: Partial<FencingPluginOptions> = {}): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(fencingPlugin, {
    resource: ({ method, params }) => (method === 'GET' ? undefined : (params as { id: string }).id),
    ...options,
  });
  const schema = { body: { type: 'object', required: ['value'] } };
  app.put<{ Params: { id: string } }>('/orders/:id', { schema }, async ({ fencing }) => ({
    token: fencing?.token ?? null,
  }));
  app.get('/orders/:id', async ({ fencing }) => ({ fencing }));
  return app;
}

function put(app: FastifyInstance, id: string, token?: string | string[], payload: object = { value: 1 }) {
  const headers = token === undefined ? {} : { 'Lockstep-Fencing-Token': token };
  return app.inject({ method: 'PUT', url: `/orders/${id}`, headers, payload });
}

describe('fencingPlugin', () => {
  it('lets the newest token of each resource pass, and answers 409 to an older one', async () => {
    await using app = await open();
    expect((await put(app, 'a', '6')).json()).toEqual({ token: 6 });
    expect((await put(app, 'a', '7')).json()).toEqual({ token: 7 });
    expect((await put(app, 'a', '7')).statusCode).toBe(200);
    expect((await put(app, 'b', '6')).statusCode).toBe(200);
    const refused = await put(app, 'a', '6');
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect([refused.statusCode, refused.json()]).toEqual([
      409,
      expect.objectContaining({ type: 'about:blank', title: 'Conflict', status: 409, code: 'ERR_LOCK_STALE_TOKEN' }),
    ]);
  });

  it('asks for a token where one is required, and refuses what is none', async () => {
    await using app = await open();
    const missing = await put(app, 'a');
    expect([missing.statusCode, missing.json().code]).toEqual([428, 'ERR_LOCK_NO_TOKEN']);
    for (const token of ['', '0', 'seven', ['7', '8']]) {
      const bad = await put(app, 'a', token);
      expect([bad.statusCode, bad.json().code]).toEqual([400, 'ERR_LOCK_BAD_TOKEN']);
    }
    expect((await app.inject('/orders/a')).json()).toEqual({ fencing: null });
    await using lenient = await open({ required: false });
    expect((await put(lenient, 'a')).json()).toEqual({ token: null });
  });

  it('raises no fence for a request that is refused for its body', async () => {
    await using app = await open();
    expect((await put(app, 'a', '9', {})).statusCode).toBe(400);
    expect((await put(app, 'a', '6')).statusCode).toBe(200);
  });

  it('lets a handler look again before its effect', async () => {
    await using app = await open();
    app.post<{ Params: { id: string } }>('/slow/:id', async ({ fencing, params }) => {
      await fencing!.assertFresh();
      await put(app, params.id, '8');
      return fencing!.assertFresh().catch((error: { code: string }) => ({ code: error.code }));
    });
    const headers = { 'lockstep-fencing-token': '7' };
    const slow = await app.inject({ method: 'POST', url: '/slow/a', headers });
    expect(slow.json()).toEqual({ code: 'ERR_LOCK_STALE_TOKEN' });
  });

  it('shares its fences between processes by Redis, and answers 503 without it', async () => {
    await using server = await startRedis();
    const client = new Redis(server.port, { retryStrategy: null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    await using one = await open({ store: createRedisFenceStore({ client }) });
    await using two = await open({ store: createRedisFenceStore({ client }) });
    expect((await put(one, 'a', '7')).statusCode).toBe(200);
    expect((await put(two, 'a', '6')).statusCode).toBe(409);
    client.disconnect();
    const down = await put(two, 'a', '7');
    expect([down.statusCode, down.headers['retry-after'], down.json().code]).toEqual([
      503,
      '1',
      'ERR_LOCK_UNAVAILABLE',
    ]);
  });

  it('refuses options without a function for the resource', async () => {
    await using app = fastify();
    await expect(app.register(fencingPlugin, {} as never)).rejects.toThrow('the option resource must be');
  });
});
