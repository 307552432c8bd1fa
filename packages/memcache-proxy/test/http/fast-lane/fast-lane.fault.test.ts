import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { CLIENT_GONE_CHANNEL, clientGone } from '../../../src/index.ts';
import { poolError } from '../../backend/memory-pool.ts';
import { endClients, get, hold, open, start, statusesIn } from './lane-client.ts';
import { answersIn } from './lane-pair.ts';

afterEach(endClients);

describe('a connection that leaves the fast lane', () => {
  it('has its pipelined requests answered in order, the last of them by node:http', async () => {
    const lane = await start();
    const client = await open(lane);
    const put = 'PUT /v1/cache/plain HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nnew';
    client.socket.write(get('plain') + get('nothing') + put + get('plain'));
    await expect.poll(() => statusesIn(client)).toEqual([200, 404, 204, 200]);
    expect(client.text.match(/(?<=\n\r\n)(?:value|new)/g)).toEqual(['value', 'new']);
    expect([lane.laned.map(({ status }) => status), lane.pool.calls]).toEqual([
      [200, 404],
      ['read plain', 'read nothing', 'set plain', 'read plain'],
    ]);
  });

  it('is not asked for again: what was read for it is its answer', async () => {
    const lane = await start();
    lane.pool.failure = poolError('ERR_MEMCACHE_TIMEOUT');
    const client = await open(lane);
    client.socket.write(get('plain'));
    await expect.poll(() => statusesIn(client)).toEqual([503]);
    expect([lane.pool.calls, lane.laned]).toEqual([['read plain'], []]);
    // Only that one request has it.
    lane.pool.failure = undefined;
    client.socket.write(get('plain'));
    await expect.poll(() => statusesIn(client)).toEqual([503, 200]);
    expect(lane.pool.calls).toEqual(['read plain', 'read plain']);
  });

  it('does not see what was read for it when it has written meanwhile', async () => {
    const lane = await start({ guards: { lists: {} } });
    const release = hold(lane);
    const client = await open(lane);
    const put = 'PUT /v1/cache/gzip HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nnew';
    client.socket.write(get('gzip') + put + get('gzip'));
    await expect.poll(() => lane.pool.asked).toEqual(['read gzip']);
    release();
    await expect.poll(() => statusesIn(client)).toEqual([200, 204, 200]);
    expect(client.text.endsWith('new')).toBe(true);
  });

  it('takes its bytes with it also when they fill more than the fast lane holds', async () => {
    const lane = await start();
    const release = hold(lane);
    const client = await open(lane);
    const body = 'b'.repeat(400_000);
    client.socket.write(get('plain'));
    await expect.poll(() => lane.pool.asked.length).toBe(1);
    client.socket.write(`PUT /v1/cache/big HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    client.socket.write(get('plain'));
    release();
    await expect.poll(() => statusesIn(client)).toEqual([200, 204, 200]);
    expect(lane.pool.items.get('big')?.value.toString()).toBe(body);
  });
});

describe('a client of the fast lane', () => {
  it('that sends requests without end and reads nothing has one of them read, and its bytes not', async () => {
    const lane = await start();
    lane.pool.items.set('huge', { value: Buffer.alloc(8_000_000, 'h'), flags: 0, cas: 1n });
    const accepted = once(lane.app.server, 'connection') as Promise<[Socket]>;
    const client = await open(lane);
    const [served] = await accepted;
    client.socket.pause();
    client.socket.write(get('huge').repeat(100_000));
    await expect.poll(() => lane.pool.calls.length).toBe(1);
    await expect.poll(() => served.bytesRead).toBeGreaterThan(10_000);
    expect([lane.pool.calls.length, lane.laned.length]).toEqual([1, 0]);
    client.socket.resume();
    await expect.poll(() => lane.laned.length).toBeGreaterThan(2);
    // What the lane and a stream hold, and a chunk for each.
    expect(served.bytesRead).toBeLessThan(1_000_000);
  });

  it('that does not read its answer is dropped after the time that the server gives', async () => {
    const gone: unknown[] = [];
    const hear = (message: unknown): void => void gone.push(message);
    subscribe(CLIENT_GONE_CHANNEL, hear);
    const lane = await start({
      server: { connectionTimeout: 200 },
      prepare: (app) => void app.register(clientGone),
    });
    lane.pool.items.set('huge', { value: Buffer.alloc(30_000_000, 'h'), flags: 0, cas: 1n });
    const client = await open(lane);
    client.socket.pause();
    client.socket.write(get('huge'));
    await expect.poll(() => gone).toEqual([{ method: 'GET', route: '/v1/cache/:key', phase: 'answering' }]);
    unsubscribe(CLIENT_GONE_CHANNEL, hear);
    expect(lane.laned).toEqual([]);
  });

  it.each([true, false])('that hangs up while memcached is asked is told of: %j', async (isReset) => {
    const gone: unknown[] = [];
    const hear = (message: unknown): void => void gone.push(message);
    subscribe(CLIENT_GONE_CHANNEL, hear);
    const lane = await start({ prepare: (app) => void app.register(clientGone) });
    const release = hold(lane);
    const client = await open(lane);
    client.socket.write(get('plain'));
    await expect.poll(() => lane.pool.asked.length).toBe(1);
    if (isReset) client.socket.resetAndDestroy();
    else client.socket.end();
    await expect.poll(() => gone).toEqual([{ method: 'GET', route: '/v1/cache/:key', phase: 'waiting' }]);
    unsubscribe(CLIENT_GONE_CHANNEL, hear);
    release();
    expect(lane.laned).toEqual([]);
  });

  it('that says nothing is told so by node:http, and so is one that stops in the middle of a head', async () => {
    const lane = await start({ server: { http: { headersTimeout: 100, connectionsCheckingInterval: 20 } } });
    const [silent, slow] = [await open(lane), await open(lane)];
    slow.socket.write(get('plain') + get('plain').slice(0, 30));
    await expect.poll(() => statusesIn(slow), { timeout: 5000 }).toEqual([200, 408]);
    await expect.poll(() => statusesIn(silent), { timeout: 5000 }).toEqual([408]);
  });

  it('that is idle is closed after the time that it was told', async () => {
    const lane = await start({ server: { keepAliveTimeout: 100 } });
    const client = await open(lane);
    client.socket.write(get('plain'));
    await expect.poll(() => client.text).toContain('Keep-Alive: timeout=0\r\n');
    expect(client.isClosed).toBe(false);
    await expect.poll(() => client.isClosed, { timeout: 5000 }).toBe(true);
  });
});

describe('a server that closes', () => {
  it('ends idle connections, and answers those with a request under way with Connection: close', async () => {
    const lane = await start();
    const [idle, busy] = [await open(lane), await open(lane)];
    idle.socket.write(get('plain'));
    await expect.poll(() => statusesIn(idle)).toEqual([200]);
    const release = hold(lane);
    busy.socket.write(get('plain') + get('plain'));
    await expect.poll(() => lane.pool.asked.length).toBe(2);
    const closed = lane.app.close();
    await expect.poll(() => idle.isClosed).toBe(true);
    release();
    await closed;
    await expect.poll(() => busy.isClosed).toBe(true);
    expect(answersIn(busy.text)).toHaveLength(1);
    expect(busy.text).toMatch(/^HTTP\/1\.1 200 OK[^]*\r\nConnection: close\r\n\r\nvalue$/);
    expect(lane.laned).toHaveLength(2);
  });

  it('cuts all connections when it is told to', async () => {
    const lane = await start();
    hold(lane);
    const client = await open(lane);
    client.socket.write(get('plain'));
    await expect.poll(() => lane.pool.asked.length).toBe(1);
    lane.app.server.closeAllConnections();
    await expect.poll(() => client.isClosed).toBe(true);
  });
});
