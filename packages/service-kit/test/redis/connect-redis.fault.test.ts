import { startFaultProxy, startRedis } from '@lockstep/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createAdminServer } from '../../src/http/admin-server.ts';
import { connectRedis, type ConnectRedisOptions } from '../../src/redis/connect-redis.ts';
import { redisCheck } from '../../src/redis/redis-check.ts';
import { freePort } from '../fixtures/fixture-app.ts';
import { createRecordingLogger } from '../fixtures/recording-logger.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function open(port: number, options: Partial<ConnectRedisOptions> = {}) {
  const { logger, lines } = createRecordingLogger();
  const client = connectRedis({ url: `redis://127.0.0.1:${port}`, name: 'test', logger, ...options });
  cleanups.push(() => client.disconnect());
  const check = redisCheck(client, `127.0.0.1:${port}`);
  return { client, check, lines, messages: () => lines.map(({ msg }) => msg) };
}

async function redis(options: Parameters<typeof startRedis>[0] = {}) {
  const server = await startRedis(options);
  cleanups.push(() => server.close());
  return server;
}

const soon = { timeout: 20_000, interval: 20 };

describe('connectRedis', () => {
  it('does not throw while Redis is down; readiness says so, and turns well when Redis comes', async () => {
    const port = await freePort();
    const { check, lines } = open(port);
    const { logger } = createRecordingLogger();
    const admin = createAdminServer({ name: 'test', version: '1', logger });
    cleanups.push(() => admin.close());
    admin.readiness.add('redis', check);
    const url = `http://${await admin.listen({ host: '127.0.0.1', port: 0 })}/readyz`;
    const refused = `connect ECONNREFUSED 127.0.0.1:${port}`;

    await vi.waitFor(async () => {
      const response = await fetch(url);
      expect([response.status, await response.json()]).toEqual([
        503,
        {
          status: 'not ready',
          failing: [{ name: 'redis', message: `redis at 127.0.0.1:${port} is not reachable: ${refused}` }],
        },
      ]);
    }, soon);
    await redis({ port });
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), soon);
    expect(lines).toEqual([
      expect.objectContaining({ level: 50, msg: 'redis is not reachable', client: 'test', reason: refused }),
      expect.objectContaining({ level: 30, msg: 'redis is reachable again', outageMs: expect.any(Number) }),
    ]);
  });

  it('rejects a command while Redis is away instead of letting it wait for ever', async () => {
    const { client } = open(await freePort());
    await expect(client.get('x')).rejects.toMatchObject({ name: 'MaxRetriesPerRequestError' });
  });

  it('comes back after each restart and logs each outage once', async () => {
    const server = await redis();
    const { client, check, messages } = open(server.port);
    await client.ping();
    for (let round = 1; round <= 2; round++) {
      await server.stop();
      await vi.waitFor(async () => expect(await check()).toContain('ECONNREFUSED'), soon);
      // Several attempts fail before the server is back.
      const attempts = vi.fn<() => void>();
      client.on('reconnecting', attempts);
      await vi.waitFor(() => expect(attempts.mock.calls.length).toBeGreaterThan(2), soon);
      await server.restart();
      await vi.waitFor(async () => expect(await check()).toBeUndefined(), soon);
      expect(messages()).toEqual(
        Array.from({ length: round }, () => ['redis is not reachable', 'redis is reachable again']).flat(),
      );
    }
  });

  it('says of a frozen Redis that it does not answer', async () => {
    const server = await redis();
    const { client, check } = open(server.port);
    await client.ping();
    await server.freeze();
    expect(await check()).toBe(`redis at 127.0.0.1:${server.port} is not reachable: no answer to PING within 900 ms`);
    await server.thaw();
    await vi.waitFor(async () => expect(await check()).toBeUndefined(), soon);
  });

  it('drops a connection that was silent for too long and opens a new one', async () => {
    const server = await redis();
    const proxy = await startFaultProxy({ to: server });
    cleanups.push(() => proxy.close());
    const { client, lines } = open(proxy.port);
    await client.ping();
    proxy.halfOpen();
    const lost = client.ping();
    await vi.waitFor(() => expect(lines[0]).toMatchObject({ reason: expect.stringContaining('Socket timeout') }), soon);
    await proxy.heal();
    expect(await lost).toBe('PONG');
  });

  it('sends a command again whose connection was cut before its answer', async () => {
    const server = await redis();
    const proxy = await startFaultProxy({ to: server });
    cleanups.push(() => proxy.close());
    const { client } = open(proxy.port);
    await client.ping();
    proxy.delay({ downMs: 300 });
    const answer = client.set('twice', 'is well');
    const direct = open(server.port);
    await vi.waitFor(async () => expect(await direct.client.get('twice')).toBe('is well'), soon);
    proxy.cut();
    await proxy.heal();
    expect(await answer).toBe('OK');
  });

  it('shows a refused password in readiness and never the password in logs', async () => {
    const server = await redis({ config: { requirepass: 'right' } });
    const wrong = open(server.port, { password: 'hunter2' });
    await vi.waitFor(async () => expect(await wrong.check()).toMatch(/is not reachable: WRONGPASS/), soon);
    expect(JSON.stringify(wrong.lines)).not.toContain('hunter2');
    expect(wrong.messages()).toEqual(['redis is not reachable']);
    const right = open(server.port, { password: 'right' });
    await vi.waitFor(async () => expect(await right.check()).toBeUndefined(), soon);
  });

  it('names the connection and selects the database of the URL', async () => {
    const server = await redis();
    const { client } = open(server.port, { url: `redis://127.0.0.1:${server.port}/3`, name: 'shipper-east' });
    expect(await client.client('GETNAME')).toBe('shipper-east');
    await client.set('x', '1');
    expect(await client.info('keyspace')).toContain('db3:keys=1');
  });

  it('refuses a URL with a password without repeating it', () => {
    expect(() => open(1, { url: 'redis://:hunter2@h' })).toThrow(/^a Redis URL must not hold a password/);
  });

  it('logs nothing when it is disconnected on purpose', async () => {
    const server = await redis();
    const { client, lines } = open(server.port);
    await client.ping();
    client.disconnect();
    await vi.waitFor(() => expect(client.status).toBe('end'), soon);
    expect(lines).toEqual([]);
  });
});
