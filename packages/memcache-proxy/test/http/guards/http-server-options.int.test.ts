import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, it } from 'vitest';

import { type HttpServerLimits, httpServerOptions } from '../../../src/http/guards/http-server-options.ts';
import { listen, rawConnect, readAll } from './start-guarded.ts';

let app: FastifyInstance;
afterEach(() => app.close());

async function start(limits: HttpServerLimits): Promise<number> {
  app = fastify(httpServerOptions({ checkIntervalMs: 20, ...limits }));
  app.put('/k', () => 'taken');
  return listen(app);
}

async function ask(port: number, text: string): Promise<string> {
  const socket = await rawConnect(port);
  socket.write(text);
  return readAll(socket);
}

async function send(port: number, text: string): Promise<string> {
  return (await ask(port, text)).split('\r\n')[0] ?? '';
}

const HEAD = 'PUT /k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';

it('refuses headers that are too large with 431', async () => {
  const port = await start({});
  expect(await send(port, `${HEAD}X-Large: ${'x'.repeat(65_536)}\r\n\r\n`)).toContain('431');
});

it('gives up on headers that do not come with 408', async () => {
  const port = await start({ headersTimeoutMs: 100 });
  expect(await send(port, HEAD)).toContain('408');
});

it('gives up on a body that does not come with 408', async () => {
  const port = await start({ requestTimeoutMs: 100, headersTimeoutMs: 100 });
  expect(await send(port, `${HEAD}Content-Type: text/plain\r\nContent-Length: 10\r\n\r\nhalf`)).toContain('408');
});

it('says as a problem what is wrong with bytes that are no request', async () => {
  const port = await start({ headersTimeoutMs: 100 });
  const broken = [HEAD, `${HEAD}X-Large: ${'x'.repeat(65_536)}\r\n\r\n`, 'no request\r\n\r\n'];
  const answers = await Promise.all(broken.map((text) => ask(port, text)));
  const problems = answers.map((answer) => {
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain('\r\nContent-Type: application/problem+json\r\n');
    expect(head).toContain(`\r\nContent-Length: ${body.length}\r\n`);
    const { status, code } = JSON.parse(body) as { status: number; code: string };
    return [head.slice(0, 12), status, code];
  });
  expect(problems).toEqual([
    ['HTTP/1.1 408', 408, 'ERR_HTTP_TIMEOUT'],
    ['HTTP/1.1 431', 431, 'ERR_HTTP_HEADERS_TOO_LARGE'],
    ['HTTP/1.1 400', 400, 'ERR_HTTP_MALFORMED'],
  ]);
});

it('refuses an announced body that is too large with 413, before it comes', async () => {
  const port = await start({ bodyBytes: 100 });
  expect(await send(port, `${HEAD}Content-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\n`)).toContain('413');
});

it('takes what is within the limits', async () => {
  const port = await start({});
  expect(await send(port, `${HEAD}Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx`)).toContain('200');
});

it('refuses limits that make no sense', async () => {
  app = fastify();
  expect(() => httpServerOptions({ bodyBytes: 0 })).toThrow('bodyBytes must be a whole number above 0, got 0');
});

it('closes the connection of a client that does not read its answer', async () => {
  app = fastify(httpServerOptions({ checkIntervalMs: 20, connectionTimeoutMs: 200 }));
  app.get('/large', () => Buffer.alloc(50_000_000));
  const closed = new Promise<void>((resolve) => {
    app.server.once('request', (_request, response) => response.once('close', resolve));
  });
  const socket = await rawConnect(await listen(app));
  socket.on('error', () => undefined).pause();
  socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
  await closed;
  let bytes = 0;
  socket.on('data', (piece: Buffer) => (bytes += piece.length));
  await new Promise((resolve) => socket.once('close', resolve).resume());
  expect(bytes).toBeLessThan(50_000_000);
});
