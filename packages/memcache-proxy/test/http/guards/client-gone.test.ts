import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CLIENT_GONE_CHANNEL, clientGone } from '../../../src/http/guards/client-gone.ts';
import { memcacheGuards } from '../../../src/http/guards/memcache-guards.ts';
import { listen, rawConnect, readAll } from './start-guarded.ts';

let app: FastifyInstance;
let port: number;
let signals: AbortSignal[];
const messages: unknown[] = [];
const onMessage = (message: unknown): void => void messages.push(message);

beforeEach(async () => {
  messages.length = 0;
  signals = [];
  subscribe(CLIENT_GONE_CHANNEL, onMessage);
  app = fastify();
  await app.register(clientGone);
  app.get('/wait/:key', async (request) => {
    const signal = request.abortSignal();
    signals.push(signal);
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  });
  app.get('/now/:key', (request) => {
    signals.push(request.abortSignal());
    return request.abortSignal() === signals.at(-1) ? 'same' : 'other';
  });
  app.get('/listeners', (request) => String(request.raw.socket.listenerCount('close')));
  app.get('/flood', (_request, reply) => {
    reply.hijack();
    reply.raw.write(Buffer.alloc(64 * 1024 * 1024));
  });
  app.get('/endless', { config: { endless: true } }, (request, reply) => {
    signals.push(request.abortSignal());
    if ('wait' in (request.query as object)) return;
    reply.hijack();
    reply.raw.write('event');
  });
  port = await listen(app);
});
afterEach(async () => {
  unsubscribe(CLIENT_GONE_CHANNEL, onMessage);
  await app.close();
});

const connectionCount = (): Promise<number> =>
  new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

describe('a client that hangs up', () => {
  it('aborts the signal with a code, and is counted with the pattern of the route', async () => {
    const socket = await rawConnect(port);
    socket.write(get('/wait/secret?x=secret'));
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    expect(signals[0]?.aborted).toBe(false);
    socket.destroy();
    await vi.waitFor(() => expect(signals[0]?.reason).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_CLIENT_GONE' }));
    expect(messages).toEqual([{ method: 'GET', route: '/wait/:key', phase: 'waiting' }]);
  });

  it('in the middle of an answer is counted as that', async () => {
    const socket = await rawConnect(port);
    socket.write(get('/flood'));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await vi.waitFor(() => expect(messages).toEqual([{ method: 'GET', route: '/flood', phase: 'answering' }]));
  });

  it('from a stream without an end is not counted once the stream has begun', async () => {
    const socket = await rawConnect(port);
    socket.write(get('/endless'));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
    expect(messages).toEqual([]);
    const early = await rawConnect(port);
    early.write(get('/endless?wait'));
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    early.destroy();
    await vi.waitFor(() => expect(messages).toEqual([{ method: 'GET', route: '/endless', phase: 'waiting' }]));
  });

  it('aborts all that it has pipelined, and nothing that was answered', async () => {
    const socket = await rawConnect(port);
    socket.write(get('/now/a') + get('/wait/b') + get('/wait/c'));
    await vi.waitFor(() => expect(signals).toHaveLength(3));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await vi.waitFor(() => expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, true]));
    expect(messages).toHaveLength(2);
  });

  it('after its answers is none of that', async () => {
    const socket = await rawConnect(port);
    for (const key of ['a', 'b', 'c']) {
      socket.write(get(`/now/${key}`));
      expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toContain('same');
    }
    socket.end();
    await readAll(socket);
    await vi.waitFor(async () => expect(await connectionCount()).toBe(0));
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    expect(messages).toEqual([]);
  });
});

describe('the plugin', () => {
  it('may be registered again, also further inside', async () => {
    const host = fastify();
    await host.register(clientGone);
    await host.register(clientGone);
    await host.register(async (scope) => {
      await scope.register(clientGone);
      scope.get('/k', (request) => String(request.abortSignal().aborted));
    });
    expect((await host.inject('/k')).body).toBe('false');
    await host.close();
  });

  it.each(['before', 'after'])('registered %s the guards counts a client once', async (when) => {
    const host = fastify();
    if (when === 'before') await host.register(clientGone);
    await host.register(memcacheGuards);
    if (when === 'after') await host.register(clientGone);
    let isAsked = false;
    host.get('/wait', async (request) => {
      isAsked = true;
      await new Promise((resolve) => request.abortSignal().addEventListener('abort', resolve));
    });
    const socket = await rawConnect(await listen(host));
    socket.write(get('/wait'));
    await vi.waitFor(() => expect(isAsked).toBe(true));
    socket.destroy();
    await vi.waitFor(() => expect(messages.length).toBeGreaterThan(0));
    await host.close();
    expect(messages).toEqual([{ method: 'GET', route: '/wait', phase: 'waiting' }]);
  });

  it('keeps one listener for each connection, not for each request', async () => {
    const socket = await rawConnect(port);
    const counts: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      socket.write(get('/listeners'));
      const answer = String(await new Promise((resolve) => socket.once('data', resolve)));
      counts.push(answer.split('\r\n\r\n')[1] ?? '');
    }
    socket.destroy();
    expect(new Set(counts).size).toBe(1);
  });
});
