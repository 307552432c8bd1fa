import type { Socket } from 'node:net';

import { createMemoryLog, createRedisLog, type InvalidationLog } from '@lockstep/invalidation';
import { startFaultProxy, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { counted, keysOf, startChangesLab } from './changes-lab.ts';

function connect(port: number): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

function openLog(port: number, maxEntries = 100_000): InvalidationLog {
  const log = createRedisLog({ client: connect(port), namespace: 'changes', maxEntries, timeoutMs: 500 });
  onTestFinished(() => log.close());
  return log;
}

async function publishUntilTaken(log: InvalidationLog, key: string): Promise<void> {
  await expect.poll(() => log.publish([key]).then(Boolean, () => false)).toBe(true);
}

describe('a client that does not take what there is', () => {
  it('is reset and cut off once the entries have gone past it, and holds nothing meanwhile', async () => {
    const { log, open } = await startChangesLab({ maxEntries: 100, drainMs: 100 });
    const client = await open();
    await expect.poll(() => client.of('ready').length).toBe(1);
    client.pause();
    const heapBefore = process.memoryUsage().heapUsed;
    const key = 'x'.repeat(20_000);
    for (let number = 0; number < 3000; number++) {
      await log.publish([key]);
      if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    // 60 MB went by.
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(40_000_000);
    client.resume();
    await client.ended;
    expect(keysOf(client).length).toBeLessThan(3000);
    expect(
      client
        .of('reset')
        .map(({ reason }) => reason)
        .filter((reason) => reason !== 'slow'),
    ).toEqual([]);
    expect(client.of('end')).toEqual([]);
  });

  it('catches up with the log at its own pace', async () => {
    const log = createMemoryLog();
    const ids: string[] = [];
    for (let number = 0; number < 3000; number++) ids.push(await log.publish([`${number}:${'x'.repeat(10_000)}`]));
    const { app, open } = await startChangesLab({ maxEntries: 10 }, log);
    const sockets: Socket[] = [];
    app.server.on('connection', (socket: Socket) => sockets.push(socket));
    const client = await open(`?after=${ids[0]}`);
    client.pause();
    await expect.poll(() => sockets[0]!.writableNeedDrain).toBe(true);
    let written = -1;
    await expect.poll(() => written === (written = sockets[0]!.bytesWritten), { interval: 100 }).toBe(true);
    // Of 30 MB.
    expect(sockets[0]!.writableLength).toBeLessThan(1_000_000);
    await log.publish(['while it waits']);
    client.resume();
    await expect.poll(() => keysOf(client).at(-1)).toBe('while it waits');
    const numbers = keysOf(client).map((key) => Number.parseInt(String(key), 10));
    expect(numbers.slice(0, -1)).toEqual(Array.from({ length: 2999 }, (_, index) => index + 1));
    expect(client.of('reset')).toEqual([]);
    client.hangUp();
  });
});

describe('with Redis', () => {
  it('resumes across proxies, from far back and from the end', async () => {
    await using server = await startRedis();
    const log = openLog(server.port);
    const ids: string[] = [];
    for (let number = 0; number < 250; number++) ids.push(await log.publish([`k${number}`]));
    const distant = counted(openLog(server.port));
    const { open } = await startChangesLab({ maxReaders: 2 }, distant);
    const clients = await Promise.all([
      ...Array.from({ length: 20 }, () => open(`?after=${ids[9]}`)),
      open(`?after=${ids[249]}`),
    ]);
    await expect
      .poll(() => clients.map((client) => keysOf(client).length))
      .toEqual([...Array.from({ length: 20 }, () => 240), 0]);
    await log.publish(['more']);
    await expect.poll(() => clients.map((client) => keysOf(client).at(-1))).toEqual(clients.map(() => 'more'));
    expect(clients.flatMap((client) => client.of('reset'))).toEqual([]);
    // The one who follows for all, and two of those who catch up.
    expect(distant.most()).toBe(3);
    for (const one of clients) one.hangUp();
  });

  it.each([
    ['with its data', true],
    ['without its data', false],
  ])('resets its clients when Redis restarts %s, also those that come back later', async (_how, keepData) => {
    await using server = await startRedis({ appendonly: true });
    const log = openLog(server.port);
    const { open } = await startChangesLab({}, openLog(server.port));
    const staying = await open();
    await expect.poll(() => staying.of('ready').length).toBe(1);
    const first = await log.publish(['a']);
    await log.publish(['b']);
    await expect.poll(() => keysOf(staying)).toEqual(['a', 'b']);
    await server.kill();
    await server.restart({ keepData });
    await expect.poll(() => staying.of('reset').map(({ reason }) => reason)).toEqual(['lost']);
    await publishUntilTaken(log, 'after');
    await expect.poll(() => keysOf(staying).at(-1)).toBe('after');
    const returning = await open('', { 'last-event-id': first });
    await expect.poll(() => returning.of('reset').map(({ reason }) => reason)).toEqual(['lost']);
    staying.hangUp();
    returning.hangUp();
  });

  it('resets one that comes back after Redis lost the log and the proxy restarted', async () => {
    await using server = await startRedis();
    const log = openLog(server.port);
    for (let number = 0; number < 5; number++) await log.publish([`k${number}`]);
    const first = await startChangesLab({}, openLog(server.port));
    const client = await first.open();
    await expect.poll(() => client.of('ready').length).toBe(1);
    const heard = await log.publish(['heard']);
    await expect.poll(() => keysOf(client)).toEqual(['heard']);
    await first.app.close();
    await log.publish(['acknowledged and lost']);
    await server.kill();
    await server.restart({ keepData: false });
    // The new log has had more entries than the old one: only its epoch tells them apart.
    for (let number = 0; number < 10; number++) await publishUntilTaken(log, `n${number}`);
    const second = await startChangesLab({}, openLog(server.port));
    const returning = await second.open('', { 'last-event-id': heard });
    await expect.poll(() => returning.events.map(({ event }) => event)).toEqual(['reset', 'ready']);
    expect(returning.of('reset').map(({ reason }) => reason)).toEqual(['lost']);
    await publishUntilTaken(log, 'after');
    await expect.poll(() => keysOf(returning).at(-1)).toBe('after');
    returning.hangUp();
  });

  it('tells its clients while it cannot say whether it hears everything', async () => {
    await using server = await startRedis();
    await using proxy = await startFaultProxy({ to: server });
    const log = openLog(server.port);
    const { open } = await startChangesLab({ maxHorizonMs: 1500 }, openLog(proxy.port));
    const client = await open();
    await expect.poll(() => client.events.map(({ event }) => event)).toEqual(['ready']);
    proxy.halfOpen();
    await log.publish(['unheard']);
    await expect.poll(() => client.events.map(({ event }) => event)).toEqual(['ready', 'stalled']);
    await proxy.heal();
    await expect
      .poll(() => client.events.map(({ event }) => event))
      .toEqual(['ready', 'stalled', 'invalidate', 'ready']);
    expect(keysOf(client)).toEqual(['unheard']);
    client.hangUp();
  });

  it('lets clients wait for a Redis that is not there yet', async () => {
    await using server = await startRedis();
    await using proxy = await startFaultProxy({ to: server });
    await proxy.refuse();
    const { open } = await startChangesLab({ maxHorizonMs: 200 }, openLog(proxy.port));
    const client = await open();
    await expect.poll(() => client.events.map(({ event }) => event)).toEqual(['stalled']);
    await proxy.heal();
    await expect.poll(() => client.events.map(({ event }) => event)).toEqual(['stalled', 'ready']);
    client.hangUp();
  });
});
