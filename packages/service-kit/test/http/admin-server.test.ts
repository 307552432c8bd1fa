import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, it } from 'vitest';

import { type AdminServer, type AdminServerOptions, createAdminServer } from '../../src/http/admin-server.ts';
import { Gauge } from 'prom-client';
import { createRecordingLogger } from '../fixtures/recording-logger.ts';

const servers: AdminServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function create(options: Partial<AdminServerOptions> = {}) {
  const { logger, lines } = createRecordingLogger();
  const server = createAdminServer({ name: 'test', version: '1.2.3', logger, ...options });
  servers.push(server);
  return { server, lines };
}

async function listen(server: AdminServer): Promise<string> {
  return `http://${await server.listen({ host: '127.0.0.1', port: 0 })}`;
}

describe('createAdminServer', () => {
  it('is alive, and ready as long as every check is well', async () => {
    const { server } = create();
    let problem: string | undefined;
    server.readiness.add('redis', () => problem);
    const url = await listen(server);
    const live = await fetch(`${url}/livez`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'alive' }]);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', failing: [] }]);

    problem = 'redis is away';
    const unready = await fetch(`${url}/readyz`);
    expect([unready.status, await unready.json()]).toEqual([
      503,
      { status: 'not ready', failing: [{ name: 'redis', message: 'redis is away' }] },
    ]);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('shows the metrics of the process, of the build and of the app', async () => {
    const { server } = create();
    new Gauge({ name: 'app_lag_ms', help: 'lag', registers: [server.metrics] }).set(7);
    const response = await server.http.inject('/metrics');
    expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(response.body).toContain(`lockstep_build_info{app="test",version="1.2.3",node="${process.version}"} 1`);
    expect(response.body).toMatch(/^process_cpu_user_seconds_total /m);
    expect(response.body).toMatch(/^app_lag_ms 7$/m);
  });

  it('keeps the metrics of two servers apart', async () => {
    const [one, other] = [create().server, create().server];
    new Gauge({ name: 'app_one', help: 'one', registers: [one.metrics] }).set(1);
    expect((await other.http.inject('/metrics')).body).not.toContain('app_one');
  });

  it('takes a key of 250 bytes that is percent-encoded three times as long', async () => {
    const { server } = create();
    server.http.get<{ Params: { key: string } }>('/keys/:key', async (request) => request.params.key.length);
    const response = await server.http.inject(`/keys/${'%20'.repeat(250)}`);
    expect([response.statusCode, response.body]).toEqual([200, '250']);
  });

  it('takes a part of a path of 8192 characters, and no longer one', async () => {
    const { server } = create();
    server.http.get('/keys/:key', async (request) => ({ length: (request.params as { key: string }).key.length }));
    const url = await listen(server);
    expect(await (await fetch(`${url}/keys/${'k'.repeat(8192)}`)).json()).toEqual({ length: 8192 });
    expect((await fetch(`${url}/keys/${'k'.repeat(8193)}`)).status).toBe(414);
  });

  it('refuses a body above the limit with 413', async () => {
    const { server } = create({ bodyLimit: 10 });
    server.http.post('/', async () => ({}));
    const response = await server.http.inject({ method: 'POST', url: '/', payload: { long: 'x'.repeat(20) } });
    expect([response.statusCode, response.json().code]).toEqual([413, 'FST_ERR_CTP_BODY_TOO_LARGE']);
  });

  it('answers errors that no route answers in the form that the app says', async () => {
    const { server } = create({
      sendError: (reply, error) => reply.code(499).send({ mine: (error as { code?: string }).code }),
    });
    server.http.get('/keys/:key', async () => ({}));
    const ask = async (method: 'GET' | 'OPTIONS', url: string) => (await server.http.inject({ method, url })).json();
    expect(await ask('GET', '/nowhere')).toEqual({ mine: 'ERR_NO_ROUTE' });
    expect(await ask('OPTIONS', '/keys/a')).toEqual({ mine: 'ERR_NO_ROUTE' });
    expect(await ask('GET', '/keys/%zz')).toEqual({ mine: 'FST_ERR_BAD_URL' });
  });

  it('answers a URL that it cannot read as it answers other errors', async () => {
    const { server } = create();
    server.http.get('/keys/:key', async () => ({}));
    const response = await server.http.inject('/keys/%zz');
    expect([response.statusCode, Object.keys(response.json())]).toEqual([400, ['code', 'message']]);
  });

  it('logs no request, and of a failure the route but never the URL, since it holds a key', async () => {
    const { server, lines } = create();
    server.http.get('/keys/:key', async () => {
      throw new Error('disk on fire');
    });
    expect((await server.http.inject('/livez')).statusCode).toBe(200);
    expect((await server.http.inject('/nowhere/secret-key')).json()).toEqual({
      code: 'ERR_NO_ROUTE',
      message: 'no such route',
    });
    expect(lines).toEqual([]);
    const response = await server.http.inject('/keys/secret-key');
    expect([response.statusCode, response.json()]).toEqual([
      500,
      { code: 'ERR_INTERNAL', message: 'internal error; the log of the service says more' },
    ]);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 50,
        route: '/keys/:key',
        method: 'GET',
        err: expect.objectContaining({ message: 'disk on fire' }),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret-key');
  });

  it('answers with the code and message of an error that has a status of its own', async () => {
    const { server } = create();
    server.http.get('/', async () => {
      throw Object.assign(new Error('the pool is away'), { statusCode: 503, code: 'ERR_POOL' });
    });
    const response = await server.http.inject('/');
    expect([response.statusCode, response.json()]).toEqual([503, { code: 'ERR_POOL', message: 'the pool is away' }]);
  });
});

describe('AdminServer.listen', () => {
  it('rejects with EADDRINUSE when something listens there', async () => {
    const { server } = create();
    const port = Number(new URL(await listen(server)).port);
    const { server: second } = create();
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });
});

describe('AdminServer.close', () => {
  it('may be called twice, and before `listen`', async () => {
    const { server } = create();
    const closing = Promise.all([server.close(), server.close(), server[Symbol.asyncDispose]()]);
    await expect(closing).resolves.toHaveLength(3);
  });

  it('waits for a request under way and closes its connection with the answer', async () => {
    const { server } = create();
    let finish: (body: string) => void = () => undefined;
    const began = new Promise<void>((resolve) => {
      server.http.get('/slow', () => {
        resolve();
        return new Promise((settle) => {
          finish = settle;
        });
      });
    });
    const url = await listen(server);
    const answer = fetch(`${url}/slow`);
    await began;
    const closed = server.close();
    finish('done');
    const response = await answer;
    expect([await response.text(), response.headers.get('connection')]).toEqual(['done', 'close']);
    await closed;
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });

  it('answers a request whose head ends only when its routes are closing', async () => {
    const { server } = create({ idleMs: 1 });
    const closing = new Promise<void>((resolve) => {
      server.http.addHook('preClose', async () => resolve());
    });
    const url = await listen(server);
    const accepted = once(server.http.server, 'connection') as Promise<[Socket]>;
    const client = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
    const ended = text(client);
    const [served] = await accepted;
    client.write('GET /livez HTTP/1.1\r\nHost: x\r\n');
    await expect.poll(() => served.bytesRead).toBeGreaterThan(0);
    const closed = server.close();
    await closing;
    client.write('\r\n');
    await closed;
    const answer = await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nconnection: close\r\n/i);
    expect(answer).toContain('"alive"');
  });

  it('cuts a request that is not finished by the end of the drain', async () => {
    const { server } = create({ drainMs: 50 });
    const began = new Promise<void>((resolve) => {
      server.http.get('/stuck', () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    const url = await listen(server);
    const answer = fetch(`${url}/stuck`);
    await began;
    await Promise.all([server.close(), expect(answer).rejects.toThrow('fetch failed')]);
  });

  it('does not wait for a client that sends half a request', async () => {
    const { server } = create({ drainMs: 50 });
    const socket = connect(Number(new URL(await listen(server)).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n');
    // The cut arrives as an end or as a reset, by the version of Node.
    const ended = new Promise((resolve) => {
      socket.on('error', () => undefined).on('close', () => resolve('closed'));
      socket.resume();
    });
    await server.close();
    await expect(ended).resolves.toBe('closed');
  });
});
