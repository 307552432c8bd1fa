import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterEach, describe, expect, it } from 'vitest';

import { clientGone, waitedInLane } from '../../../src/index.ts';
import { poolError } from '../../backend/memory-pool.ts';
import { type Client, endClients, get, hold, open, start, statusesIn } from './lane-client.ts';
import { answersIn } from './lane-pair.ts';

afterEach(endClients);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('a read that the fast lane leaves to its route', () => {
  it('keeps no value on a connection that is idle again', async () => {
    const lane = await start({ prepare: (app) => void app.register(clientGone) });
    const values: WeakRef<Buffer>[] = [];
    const { pool } = lane;
    const read = pool.read.bind(pool);
    pool.read = async (key, options) => {
      const found = await read(key, options);
      const value = Buffer.from(found.value!);
      values.push(new WeakRef(value));
      return { ...found, value };
    };
    const clients = await Promise.all([open(lane), open(lane), open(lane)]);
    for (const { socket } of clients) socket.write(get('gzip', 'Accept-Encoding: gzip\r\n'));
    await expect.poll(() => clients.map(statusesIn)).toEqual([[200], [200], [200]]);
    const held = (): number => {
      collect();
      return values.filter((value) => value.deref() !== undefined).length;
    };
    await expect.poll(held).toBe(0);
    expect([values.length, lane.laned.length]).toEqual([3, 0]);
    expect(clients.some(({ isClosed }) => isClosed)).toBe(false);
  });

  it('tells the hooks how long it was in the lane, until it is answered', async () => {
    const waited: number[] = [];
    let last: (() => number) | undefined;
    const lane = await start({
      prepare: (app) =>
        void app.addHook('onRequest', async ({ raw }) => {
          last = () => waitedInLane(raw);
          waited.push(last());
        }),
    });
    const release = hold(lane);
    const client = await open(lane);
    client.socket.write(get('gzip', 'Accept-Encoding: gzip\r\n'));
    await expect.poll(() => lane.pool.asked.length).toBe(1);
    const askedAt = performance.now();
    await expect.poll(() => performance.now() - askedAt).toBeGreaterThan(60);
    release();
    await expect.poll(() => statusesIn(client)).toEqual([200]);
    expect(waited).toEqual([expect.toSatisfy((ms: number) => ms >= 60 && ms < 30_000)]);
    await expect.poll(() => last?.()).toBe(0);
    client.socket.write(get('gzip', 'Accept-Encoding: gzip\r\n'));
    await expect.poll(() => waited.length).toBe(2);
    expect(waited[1]).toBe(0);
  });

  it.each([
    ['gzip', false, 200],
    ['plain', true, 503],
  ])('has its answer when the server closes meanwhile: %s', async (key, fails, status) => {
    const lane = await start({ server: { return503OnClosing: false } });
    if (fails) lane.pool.failure = poolError('ERR_MEMCACHE_TIMEOUT');
    const closing = new Promise<void>((resolve) => void lane.app.server.once('close', resolve));
    const release = hold(lane);
    const client = await open(lane);
    client.socket.write(get(key, 'Accept-Encoding: gzip\r\n'));
    await expect.poll(() => lane.pool.asked.length).toBe(1);
    const closed = lane.app.close();
    await expect.poll(() => lane.app.server.listening).toBe(false);
    release();
    await Promise.all([closed, closing]);
    await expect.poll(() => client.isClosed).toBe(true);
    expect(statusesIn(client)).toEqual([status]);
    expect(client.text).toMatch(/\r\nconnection: close\r\n/i);
    // Not that of Fastify for a server that closes.
    expect(client.text).not.toContain('"error":"Service Unavailable"');
  });
});

describe('a connection of the fast lane', () => {
  it('ends behind an answer that was being written when the server closed', async () => {
    const lane = await start({ server: { forceCloseConnections: 'idle' } });
    lane.pool.items.set('huge', { value: Buffer.alloc(20_000_000, 'h'), flags: 0, cas: 1n });
    const accepted = once(lane.app.server, 'connection') as Promise<[Socket]>;
    const client = await open(lane);
    const [served] = await accepted;
    client.socket.pause();
    client.socket.write(get('huge'));
    await expect.poll(() => served.writableLength).toBeGreaterThan(0);
    const closed = lane.app.close();
    await expect.poll(() => lane.app.server.listening).toBe(false);
    expect(client.isClosed).toBe(false);
    client.socket.resume();
    await closed;
    await expect.poll(() => client.isClosed).toBe(true);
    expect([answersIn(client.text)[0]!.length > 20_000_000, lane.laned.length]).toEqual([true, 1]);
  });

  it('is not taken for an idle one while its read is under way', async () => {
    const lane = await start({ server: { keepAliveTimeout: 1 } });
    const accepted = once(lane.app.server, 'connection') as Promise<[Socket]>;
    const release = hold(lane);
    const client = await open(lane);
    const [served] = await accepted;
    client.socket.write(get('plain'));
    await once(served, 'timeout');
    release();
    await expect.poll(() => statusesIn(client)).toEqual([200]);
    await expect.poll(() => client.isClosed, { timeout: 5000 }).toBe(true);
  });

  it.each([
    ['idle, where keepAliveTimeout is 0', 0, []],
    ['waiting for its value', 1, ['read plain']],
  ])('is closed after connectionTimeout: %s', async (_, keepAliveTimeout, waiting) => {
    const lane = await start({
      server: { connectionTimeout: 200 },
      // To Fastify 0 is its default.
      prepare: (app) => void (app.server.keepAliveTimeout = keepAliveTimeout),
    });
    const client: Client = await open(lane);
    const release = waiting.length > 0 ? hold(lane) : undefined;
    client.socket.write(get('plain'));
    await expect.poll(() => client.isClosed, { timeout: 5000 }).toBe(true);
    expect([lane.pool.asked, statusesIn(client)]).toEqual([['read plain'], waiting.length > 0 ? [] : [200]]);
    release?.();
  });
});
