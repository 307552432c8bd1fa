import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';

import type { Key } from '@lockstep/memcache';
import fastify from 'fastify';
import { expect, it, vi } from 'vitest';

import { type Backend, createBackend, memcacheHttp } from '../../../src/index.ts';
import { MemoryPool } from '../../backend/memory-pool.ts';

async function hangUpAfter(path: string, isUnderWay: () => boolean, backend: Backend): Promise<() => Promise<void>> {
  const app = fastify({ routerOptions: { maxParamLength: 1024 } });
  await app.register(memcacheHttp, { backend });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await vi.waitFor(() => expect(isUnderWay()).toBe(true));
  socket.resetAndDestroy();
  return () => app.close();
}

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
  const close = await hangUpAfter(`/v1/cache?keys=${keys}`, () => signals.length === 1, waiting);
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
  const close = await hangUpAfter('/v1/cache/k', () => reads.length === 1, gated);
  const closed = close();
  open();
  // An answer to a socket that is gone would be an unhandled rejection, which fails the run.
  await Promise.all([reads[0], closed]);
  expect(reads).toHaveLength(1);
});
