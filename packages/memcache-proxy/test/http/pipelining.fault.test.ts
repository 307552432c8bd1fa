import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { CLIENT_GONE_CHANNEL, clientGone, memcacheNodes, memcacheTemplates } from '../../src/index.ts';
import { type CacheApp, startCacheApp } from './start-cache-app.ts';

const VALUE_BYTES = 262_144;
let cache: CacheApp;
const clients: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await cache[Symbol.asyncDispose]();
});

async function start(): Promise<{ client: Socket; served: Socket }> {
  cache = await startCacheApp({ prepare: (app) => void app.register(clientGone) });
  const { app, backend } = cache;
  const templates = [{ url: '/p/:p', key: '{p}' }];
  await app.register(memcacheTemplates, { backend, prefix: '/t', templates });
  await app.register(memcacheNodes, { backend });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const accepted = once(app.server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  clients.push(client);
  const [served] = await accepted;
  return { client, served };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

it.each(['/v1/cache/k', '/v1/cache?keys=k', '/t/p/k', '/v1/nodes/k'])(
  'reads no more for a client that pipelines and reads nothing than its connection takes: %s',
  { timeout: 90_000 },
  async (path) => {
    const { client, served } = await start();
    await cache.backend.set('k', Buffer.alloc(VALUE_BYTES, 'x'));
    client.pause();
    const before = process.memoryUsage().external;
    let answered = 0;
    cache.app.server.on('request', (_request, response) => {
      response.once('finish', () => (answered += 1));
    });
    const count = 150;
    client.write(get(path).repeat(count));
    await expect.poll(() => served.writableLength).toBeGreaterThan(0);
    const { external } = process.memoryUsage();
    // The kernel took the others.
    expect(cache.backend.stats().reads).toBeLessThanOrEqual(answered + 1);
    expect(external - before).toBeLessThan(64 * VALUE_BYTES);
    expect(answered).toBeLessThan(count / 2);
    client.resume();
    await expect.poll(() => answered, { timeout: 60_000 }).toBe(count);
  },
);

it('answers pipelined writes and reads in their order', async () => {
  const { client } = await start();
  let text = '';
  client.on('data', (piece: Buffer) => (text += piece.toString()));
  const put = (value: string): string =>
    `PUT /v1/cache/k HTTP/1.1\r\nhost: x\r\ncontent-length: ${value.length}\r\n\r\n${value}`;
  client.write(put('one') + get('/v1/cache/k') + put('two') + get('/v1/cache/k'));
  await expect.poll(() => text.match(/one|two/g)).toEqual(['one', 'two']);
  expect(text.match(/HTTP\/1.1 \d+/g)).toEqual([204, 200, 204, 200].map((status) => `HTTP/1.1 ${status}`));
});

it('drops a client that has more requests wait than the bound, and counts each as hung up', async () => {
  const gone: unknown[] = [];
  const hear = (message: unknown): void => void gone.push(message);
  subscribe(CLIENT_GONE_CHANNEL, hear);
  const { client } = await start();
  await cache.backend.set('k', Buffer.alloc(VALUE_BYTES, 'x'));
  client.pause();
  client.write(get('/v1/cache/k').repeat(1200));
  client.resume();
  await once(client, 'close');
  await expect.poll(() => gone.length).toBeGreaterThan(256);
  unsubscribe(CLIENT_GONE_CHANNEL, hear);
  expect(cache.backend.stats().reads).toBe(1);
});
