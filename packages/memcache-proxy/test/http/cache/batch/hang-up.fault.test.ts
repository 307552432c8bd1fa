import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { type Backend, createBackend, memcacheHttp } from '../../../../src/index.ts';
import { MemoryPool } from '../../../backend/memory-pool.ts';

const LINES = 'application/x-ndjson';
const unhandled: unknown[] = [];
const keep = (reason: unknown): void => void unhandled.push(reason);
let app: FastifyInstance;
let logged: string[] = [];
beforeEach(() => {
  unhandled.length = 0;
  logged = [];
  process.on('unhandledRejection', keep);
});
afterEach(async () => {
  process.off('unhandledRejection', keep);
  await app.close();
});

async function start(backend: Backend, maxPendingReplyBytes?: number): Promise<void> {
  const batch = maxPendingReplyBytes === undefined ? {} : { maxPendingReplyBytes };
  app = fastify({
    routerOptions: { maxParamLength: 1024 },
    logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } },
  });
  await app.register(memcacheHttp, { backend, maxValueBytes: 4_000_000, batch });
  await app.listen({ port: 0, host: '127.0.0.1' });
}

async function open(): Promise<Socket> {
  const socket = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

function post(body: string, length = Buffer.byteLength(body)): string {
  return `POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-type: ${LINES}\r\ncontent-length: ${length}\r\n\r\n${body}`;
}

it('handles every failure of a batch of reads and writes whose client hangs up while memcached is frozen', async () => {
  const pool = new MemoryPool();
  let thaw = (): void => undefined;
  pool.gate = new Promise<void>((resolve) => (thaw = resolve));
  const backend = createBackend({ pool });
  const reads: Promise<unknown>[] = [];
  vi.spyOn(backend, 'getMany').mockImplementation((_keys, { signal } = {}) => {
    const read = once(signal!, 'abort').then(() => Promise.reject(signal!.reason as Error));
    reads.push(read.catch(() => undefined));
    return read;
  });
  await start(backend);
  const socket = await open();
  socket.write(post('{"op":"get","key":"a"}\n{"op":"set","key":"b","value":"v"}\n'));
  await vi.waitFor(() => expect([reads.length, pool.asked.length]).toEqual([1, 1]));
  socket.resetAndDestroy();
  await Promise.all(reads);
  // A rejection is unhandled when the turn of the event loop ends without a handler.
  await turn();
  await turn();
  expect(unhandled).toEqual([]);
  thaw();
  await vi.waitFor(() => expect(pool.items.has('b')).toBe(true));
  await turn();
  expect([unhandled, logged]).toEqual([[], []]);
});

it('does not log a client that hangs up during the upload of a batch as an error of the proxy', async () => {
  await start(createBackend({ pool: new MemoryPool() }));
  const answered: number[] = [];
  const arrived: string[] = [];
  app.server.prependListener('request', (request) => {
    request.on('data', () => arrived.push('data'));
  });
  app.server.on('request', (_request, response) => {
    response.on('close', () => answered.push(response.statusCode));
  });
  const socket = await open();
  socket.write(post('{"op":"get"', 1000));
  await vi.waitFor(() => expect(arrived).not.toEqual([]));
  socket.resetAndDestroy();
  await vi.waitFor(() => expect(answered).toHaveLength(1));
  await turn();
  await turn();
  expect([logged, unhandled]).toEqual([[], []]);
});

it('refuses further batches with 503 while clients that do not read hold the bytes of their answers', async () => {
  const pool = new MemoryPool();
  const value = Buffer.alloc(4_000_000, 'x');
  for (let index = 0; index < 4; index++) pool.items.set(`k${index}`, { value, flags: 0, cas: 1n });
  await start(createBackend({ pool }), 10_000_000);
  const url = '/v1/cache?keys=k0,k1,k2,k3';
  const socket = await open();
  socket.pause();
  socket.write(`GET ${url} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await vi.waitFor(() => expect(pool.calls).toHaveLength(4));
  await turn();
  const refused = await app.inject(url);
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1']);
  expect(refused.json()).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_OVERLOADED' });
  expect(pool.calls).toHaveLength(4);
  socket.destroy();
  await vi.waitFor(async () => expect((await app.inject('/v1/cache?keys=k0')).statusCode).toBe(200));
  const mixed = await app.inject(url);
  const outcomes = mixed.body.split('\n').filter(Boolean);
  expect(outcomes.map((line) => (JSON.parse(line) as { code?: string }).code)).toEqual([
    undefined,
    undefined,
    'ERR_MEMCACHE_PROXY_OVERLOADED',
    'ERR_MEMCACHE_PROXY_OVERLOADED',
  ]);
  // The room of an answer that was sent is free again.
  expect((await app.inject('/v1/cache?keys=k0,k1')).statusCode).toBe(200);
  expect((await app.inject('/v1/cache?keys=k0,k1')).statusCode).toBe(200);
});
