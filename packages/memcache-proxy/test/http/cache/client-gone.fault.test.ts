import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import type { Key } from '@lockstep/memcache';
import fastify from 'fastify';
import { expect, it, vi } from 'vitest';

import {
  type Backend,
  CLIENT_GONE_CHANNEL,
  clientGone,
  createBackend,
  memcacheHttp,
  type MemcacheHttpOptions,
} from '../../../src/index.ts';
import { MemoryPool } from '../../backend/memory-pool.ts';

const logged: string[] = [];

async function hangUpAfter(
  request: string,
  isUnderWay: () => boolean,
  backend: Backend,
  options: Partial<MemcacheHttpOptions> = {},
): Promise<() => Promise<void>> {
  const app = fastify({
    routerOptions: { maxParamLength: 1024 },
    logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } },
  });
  await app.register(clientGone);
  await app.register(memcacheHttp, { backend, batch: { maxReplyBytes: 1 }, ...options });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(request);
  await vi.waitFor(() => expect(isUnderWay()).toBe(true));
  socket.resetAndDestroy();
  return () => app.close();
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

it('reads no further keys of a batch for a client that hung up, and aborts the read under way', async () => {
  const backend = createBackend({ pool: new MemoryPool() });
  const signals: AbortSignal[] = [];
  const waiting: Backend = {
    ...backend,
    getMany: async (_keys, { signal } = {}) => {
      signals.push(signal!);
      await once(signal!, 'abort');
      return [];
    },
  };
  const keys = Array.from({ length: 500 }, (_, index) => `k${index}`).join();
  const close = await hangUpAfter(get(`/v1/cache?keys=${keys}`), () => signals.length === 1, waiting);
  await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
  await close();
  expect(signals).toHaveLength(1);
});

it('sends nothing to a client that hung up while memcached was asked', async () => {
  const pool = new MemoryPool();
  pool.items.set('k', { value: Buffer.from('v'), flags: 0, cas: 1n });
  const backend = createBackend({ pool });
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const reads: Promise<unknown>[] = [];
  const gated: Backend = {
    ...backend,
    read: (key: Key) => {
      const found = gate.then(() => backend.read(key));
      reads.push(found);
      return found;
    },
  };
  const close = await hangUpAfter(get('/v1/cache/k'), () => reads.length === 1, gated);
  const closed = close();
  open();
  // An answer to a socket that is gone would be an unhandled rejection, which fails the run.
  await Promise.all([reads[0], closed]);
  expect(reads).toHaveLength(1);
});

it.each([true, false])('asks no second pool for a client that hung up; fast lane: %s', async (fastLane) => {
  const [a, b] = [new MemoryPool(), new MemoryPool()];
  const pools = [a, b].map((pool, at) => ({ name: `pool ${at}`, pool }));
  const backend = createBackend({ pool: a, classes: [{ prefix: 'c:', pools, reads: 'miss-failover' }] });
  let open = (): void => undefined;
  a.gate = new Promise<void>((resolve) => (open = resolve));
  const gone: unknown[] = [];
  const hear = (message: unknown): void => void gone.push(message);
  subscribe(CLIENT_GONE_CHANNEL, hear);
  const close = await hangUpAfter(get('/v1/cache/c:k'), () => a.asked.length === 1, backend, { fastLane });
  await vi.waitFor(() => expect(gone).toHaveLength(1));
  unsubscribe(CLIENT_GONE_CHANNEL, hear);
  const closed = close();
  open();
  await Promise.all([closed, backend.idle()]);
  expect([a.calls, b.asked]).toEqual([['read c:k'], []]);
});

const write = (method: string, url: string, body: string, type = 'text/plain'): string =>
  `${method} ${url} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

it.each([
  write('PUT', '/v1/cache/k', 'new'),
  write('POST', '/v1/cache/k?mode=set', 'new'),
  write('POST', '/v1/cache/k?mode=append', 'new'),
  write('PATCH', '/v1/cache/k', '{"increment":1}'),
  write('PATCH', '/v1/cache/k', '{"ttl":1}'),
  write('DELETE', '/v1/cache/k', ''),
  write('DELETE', '/v1/cache/k?stale=60', ''),
  write('POST', '/v1/batch', '{"op":"set","key":"k","value":"new"}', 'application/x-ndjson'),
])('takes back a write that waits for its turn when its client hangs up: %j', async (request) => {
  const gone: unknown[] = [];
  const hear = (message: unknown): void => void gone.push(message);
  subscribe(CLIENT_GONE_CHANNEL, hear);
  logged.length = 0;
  const pool = new MemoryPool();
  let open = (): void => undefined;
  pool.gate = new Promise<void>((resolve) => (open = resolve));
  const backend = createBackend({ pool });
  const earlier = backend.set('k', Buffer.from('1'));
  const close = await hangUpAfter(request, () => backend.stats().writes === 2, backend);
  await vi.waitFor(() => expect(gone).toHaveLength(1));
  const closed = close();
  open();
  await Promise.all([earlier, closed, backend.idle()]);
  unsubscribe(CLIENT_GONE_CHANNEL, hear);
  expect([pool.calls, logged]).toEqual([['set k'], []]);
});

it('carries out a write that was sent, also when its client hangs up', async () => {
  const pool = new MemoryPool();
  let open = (): void => undefined;
  pool.gate = new Promise<void>((resolve) => (open = resolve));
  const backend = createBackend({ pool });
  const close = await hangUpAfter(write('PUT', '/v1/cache/k', 'new'), () => pool.asked.length === 1, backend);
  const closed = close();
  open();
  await Promise.all([closed, backend.idle()]);
  expect(pool.items.get('k')?.value.toString()).toBe('new');
});
