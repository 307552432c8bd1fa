import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';

import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { memcacheHttp } from '../../src/index.ts';
import { ScriptClient } from '../text/script-client.ts';
import { type StartedProxy, startProxy } from '../start-proxy.ts';

let proxy: StartedProxy;
let app: FastifyInstance;
let base: string;

beforeAll(async () => {
  proxy = await startProxy();
  app = fastify({ routerOptions: { maxParamLength: 1024 } });
  await app.register(memcacheHttp, { backend: proxy.backend });
  base = `${await app.listen({ port: 0, host: '127.0.0.1' })}/v1/cache`;
});
afterAll(async () => {
  await app.close();
  await proxy[Symbol.asyncDispose]();
});

it('shares values, flags and keys with the memcached face', async () => {
  const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const put = await fetch(`${base}/${encodeURIComponent('schlüssel/鍵')}?ttl=60`, {
    method: 'PUT',
    body: value,
    headers: { 'x-cache-flags': '7' },
  });
  expect(put.status).toBe(204);
  const key = Buffer.from('schlüssel/鍵').toString('latin1');
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send(`get ${key}\r\nset ${key} 9 0 2\r\nhi\r\n`);
  await expect(
    client.receive(`VALUE ${key} 7 256\r\n${value.toString('latin1')}\r\nEND\r\nSTORED\r\n`),
  ).resolves.toBeUndefined();
  const response = await fetch(`${base}/${encodeURIComponent('schlüssel/鍵')}`);
  expect(response.headers.get('x-cache-flags')).toBe('9');
  expect(await response.text()).toBe('hi');
});

it('carries a value of nearly a mebibyte both ways', async () => {
  const value = Buffer.alloc(1_048_000, '\0ab\r\n');
  expect((await fetch(`${base}/big`, { method: 'PUT', body: value })).status).toBe(204);
  expect(Buffer.from(await (await fetch(`${base}/big`)).arrayBuffer()).equals(value)).toBe(true);
  const head = await fetch(`${base}/big`, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe('1048000');
});

it('answers 413 to a mebibyte that memcached itself refuses, and the old value is gone', async () => {
  await fetch(`${base}/edge`, { method: 'PUT', body: 'old' });
  const response = await fetch(`${base}/edge`, { method: 'PUT', body: Buffer.alloc(1_048_576) });
  expect(response.status).toBe(413);
  expect((await fetch(`${base}/edge`)).status).toBe(404);
});

it('goes on serving after clients that hang up in the middle of a request', async () => {
  const { port } = app.server.address() as AddressInfo;
  for (let round = 0; round < 20; round += 1) {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const body = round % 2 === 0 ? 'half' : 'x'.repeat(100);
    socket.write(`PUT /v1/cache/hangup-${round} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n${body}`);
    socket.resetAndDestroy();
  }
  await vi.waitFor(async () => expect((await fetch(`${base}/hangup-none`)).status).toBe(404));
  // Half a body is no value.
  expect((await fetch(`${base}/hangup-0`)).status).toBe(404);
});
