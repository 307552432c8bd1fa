import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

import { createMetaDriver } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { startQueueLab } from './queue-lab.ts';
import type { StreamClient } from './stream-client.ts';

const values = (client: StreamClient): string[] => client.of('item').map(({ value }) => String(value));
const sizeOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(1_000_000, `${index % 10}`));

describe('a client that hangs up', () => {
  it('ends the reads that only it wanted in the turn in which the proxy hears of it', async () => {
    const upstream: Socket[] = [];
    const hear = (message: unknown): void => void upstream.push((message as { readonly socket: Socket }).socket);
    subscribe('net.client.socket', hear);
    onTestFinished(() => void unsubscribe('net.client.socket', hear));
    const { servers, app, open } = await startQueueLab({ servers: 3, queues: { maxInFlightPerNode: 2, pollMs: 30 } });
    const accepted: Socket[] = [];
    app.server.on('connection', (socket: Socket) => void accepted.push(socket));
    const client = await open('jobs');
    await expect.poll(() => servers.map(({ connections }) => connections)).toEqual([2, 2, 2]);
    await expect.poll(() => servers.every(({ log }) => log.length > 6)).toBe(true);
    const lanes = upstream.filter(({ remotePort }) => servers.some(({ port }) => port === remotePort));
    expect(lanes).toHaveLength(6);
    const sent = (): number[] => lanes.map(({ bytesWritten }) => bytesWritten);
    // In the turn in which the proxy hears of it, and before any of its own handlers runs.
    const inThatTurn = new Promise<{ before: number[]; after: number[]; gone: boolean[] }>((resolve) => {
      accepted[0]!.prependOnceListener('close', () => {
        const before = sent();
        setImmediate(() => resolve({ before, after: sent(), gone: lanes.map(({ destroyed }) => destroyed) }));
      });
    });
    client.hangUp();
    const { before, after, gone } = await inThatTurn;
    expect([after, gone]).toEqual([before, lanes.map(() => true)]);
    await expect.poll(() => servers.map(({ connections }) => connections), { interval: 1 }).toEqual([0, 0, 0]);
    const seen = servers.map(({ log }) => log.length);
    for (const server of servers) server.add('jobs', 'later');
    // Another client's whole stream goes by, and nothing has come from the first one.
    const other = await open('elsewhere');
    await expect
      .poll(() => servers.every(({ log }) => log.filter(({ line }) => line.includes('elsewhere')).length > 3))
      .toBe(true);
    expect(servers.map(({ log }) => log.filter(({ line }) => !line.includes('elsewhere')).length)).toEqual(seen);
    expect(servers.map((server) => server.items('jobs'))).toEqual([['later'], ['later'], ['later']]);
    other.hangUp();
  });

  it('gets nothing more upstream while its socket is full, and what it did not take goes back to the head', async () => {
    const { servers, open } = await startQueueLab({ queues: { maxInFlightPerNode: 1 } });
    for (const server of servers) server.add('jobs', ...sizeOf(40));
    const client = await open('jobs', 'application/vnd.lockstep.frames');
    client.pause();
    const left = (): number[] => servers.map((server) => server.items('jobs').length);
    // It stands still with one open item at most on each node.
    let before: number[] = [];
    await expect
      .poll(
        () => {
          const isStill = String(before) === String(left());
          before = left();
          return isStill;
        },
        { interval: 100 },
      )
      .toBe(true);
    expect(Math.min(...left())).toBeGreaterThan(20);
    expect(servers.every((server) => server.opened('jobs') <= 1)).toBe(true);
    expect(servers.some((server) => server.opened('jobs') === 1)).toBe(true);
    const logged = servers.map(({ log }) => log.length);
    client.hangUp();
    await expect.poll(() => servers.map(({ connections }) => connections)).toEqual([0, 0]);
    expect(servers.map((server) => server.opened('jobs'))).toEqual([0, 0]);
    const after = servers.flatMap(({ log }, index) => log.slice(logged[index]).map(({ line }) => line));
    expect(after.filter((line) => line !== 'get jobs/abort')).toEqual([]);
    // What is back at the head is what would have come next.
    const heads = servers.map((server) => 40 - server.items('jobs').length);
    expect(servers.map((server) => server.items('jobs')[0]?.[0])).toEqual(heads.map((head) => `${head % 10}`));
  });
});

describe('nodes that fail', () => {
  it('cost no item, whenever they die', async () => {
    const { servers, open } = await startQueueLab({ queues: { pollMs: 20 } });
    const all = Array.from({ length: 300 }, (_, index) => `${index}:${'x'.repeat(20_000)}`);
    all.forEach((item, index) => servers[index % 2]!.add('jobs', item));
    const client = await open('jobs');
    for (let round = 1; round <= 6; round++) {
      await expect.poll(() => client.of('item').length, { interval: 1 }).toBeGreaterThan(round * 20);
      await servers[round % 2]!.kill();
      await servers[round % 2]!.restart();
    }
    await expect.poll(() => new Set(values(client)).size).toBe(300);
    // What was not confirmed when its node died came again, and no more than that.
    expect(values(client).length).toBeLessThanOrEqual(300 + 6);
    client.hangUp();
  });

  it('go and come back while the others go on', async () => {
    const { servers, open } = await startQueueLab({ queues: { pollMs: 50 } });
    const client = await open('jobs');
    servers[0]!.add('jobs', 'a1');
    await expect.poll(() => values(client)).toEqual(['a1']);
    await servers[0]!.kill();
    await expect
      .poll(() => client.of('node'))
      .toEqual([{ event: 'node', node: 'q1', state: 'down', code: 'ERR_MEMCACHE_PROXY_QUEUE_UNREACHABLE' }]);
    servers[1]!.add('jobs', 'b1');
    await expect.poll(() => values(client)).toContain('b1');
    await servers[0]!.restart();
    servers[0]!.add('jobs', 'a2');
    await expect.poll(() => values(client)).toContain('a2');
    expect(client.of('node').at(-1)).toEqual({ event: 'node', node: 'q1', state: 'up' });
    client.hangUp();
  });

  it('are told of once when they stop answering, and hold up nobody', async () => {
    const { servers, open } = await startQueueLab({ queues: { pollMs: 20, replyTimeoutMs: 200 } });
    servers[0]!.freeze();
    const client = await open('jobs');
    await expect.poll(() => servers[0]!.log.length).toBeGreaterThan(3);
    servers[1]!.add('jobs', 'b1', 'b2');
    await expect.poll(() => values(client)).toEqual(['b1', 'b2']);
    // A machine that is busy may be too slow for the other node's deadline as well.
    expect(client.of('node').filter(({ node }) => node === 'q1')).toEqual([
      { event: 'node', node: 'q1', state: 'down', code: 'ERR_MEMCACHE_PROXY_QUEUE_TIMEOUT' },
    ]);
    client.hangUp();
  });

  it('keep what is too large, and say so', async () => {
    const { servers, open } = await startQueueLab({ servers: 1, queues: { maxItemBytes: 100 } });
    servers[0]!.add('jobs', 'x'.repeat(101));
    const client = await open('jobs');
    await expect.poll(() => client.of('node')[0]?.['code']).toBe('ERR_MEMCACHE_PROXY_QUEUE_ITEM_TOO_LARGE');
    client.hangUp();
    await expect.poll(() => servers[0]!.items('jobs')).toEqual(['x'.repeat(101)]);
  });
});

describe('a memcached in place of a queue server', () => {
  it.each(['reliable', 'plain'] as const)(
    'never has its values streamed, and is asked at the pace of polls (%s)',
    async (mode) => {
      await using memcached = await startMemcached();
      await using driver = createMetaDriver(memcached);
      await driver.set('jobs', 'a value, no item');
      const nodes = [{ host: memcached.host, port: memcached.port, name: 'm' }];
      const { open } = await startQueueLab({ servers: 0, nodes, queues: { mode, pollMs: 100, heartbeatMs: 50 } });
      const startedAt = performance.now();
      const client = await open('jobs', 'text/event-stream');
      await expect.poll(() => client.text().match(/heartbeat/g)?.length ?? 0).toBeGreaterThan(5);
      const gets = Number((await driver.stats()).get('cmd_get'));
      expect(gets).toBeGreaterThan(0);
      expect(gets).toBeLessThanOrEqual(1 + (performance.now() - startedAt) / 99);
      expect(client.events).toEqual([]);
      client.hangUp();
    },
  );

  it('is refused when it has a value under the very words of the read', async () => {
    await using memcached = await startMemcached();
    await using driver = createMetaDriver(memcached);
    await driver.set('jobs/t=500/open', 'a value, no item');
    const nodes = [{ host: memcached.host, port: memcached.port, name: 'm' }];
    const { open } = await startQueueLab({ servers: 0, nodes });
    const client = await open('jobs');
    const code = 'ERR_MEMCACHE_PROXY_QUEUE_PROTOCOL';
    await expect.poll(() => client.events).toEqual([{ event: 'node', node: 'm', state: 'down', code }]);
    client.hangUp();
  });
});

describe('a server that closes', () => {
  it('ends its streams with a last event, and has confirmed what the clients have', async () => {
    const { app, servers, open } = await startQueueLab();
    servers[0]!.add('jobs', 'a1');
    const clients = await Promise.all(Array.from({ length: 20 }, () => open('jobs')));
    await expect.poll(() => clients.flatMap(values)).toEqual(['a1']);
    await app.close();
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(clients.map(() => true));
    expect(clients.map(({ events }) => events.at(-1))).toEqual(
      clients.map(() => ({ event: 'end', reason: 'shutdown' })),
    );
    await expect.poll(() => servers.map(({ connections }) => connections)).toEqual([0, 0]);
    expect(servers.map((server) => [server.items('jobs'), server.opened('jobs')])).toEqual([
      [[], 0],
      [[], 0],
    ]);
  });

  it('confirms what a slow client takes while it closes', async () => {
    const { app, servers, open } = await startQueueLab({ servers: 1, queues: { drainMs: 10_000 } });
    servers[0]!.add('jobs', ...sizeOf(40));
    const client = await open('jobs', 'application/vnd.lockstep.frames');
    client.pause();
    await expect.poll(() => servers[0]!.opened('jobs')).toBe(1);
    let logged = -1;
    await expect.poll(() => logged === (logged = servers[0]!.log.length), { interval: 100 }).toBe(true);
    const closed = app.close();
    client.resume();
    await closed;
    expect(await client.ended).toBe(true);
    await expect.poll(() => servers[0]!.connections).toBe(0);
    expect(servers[0]!.log.at(-1)!.line).toBe('get jobs/close');
    expect(client.of('item').length + servers[0]!.items('jobs').length).toBe(40);
  });

  it('waits no longer than its deadline for a client that takes nothing', async () => {
    const { app, servers, open } = await startQueueLab({ servers: 1, queues: { drainMs: 100 } });
    servers[0]!.add('jobs', ...sizeOf(40));
    const client = await open('jobs', 'application/vnd.lockstep.frames');
    client.pause();
    await expect.poll(() => servers[0]!.opened('jobs')).toBe(1);
    await app.close();
    await expect.poll(() => servers[0]!.connections).toBe(0);
    expect(servers[0]!.opened('jobs')).toBe(0);
    client.hangUp();
  });
});

it('drops a client that takes nothing for too long', async () => {
  const { servers, open } = await startQueueLab({ servers: 1, queues: { stallMs: 200 } });
  servers[0]!.add('jobs', ...sizeOf(40));
  const client = await open('jobs', 'application/vnd.lockstep.frames');
  client.pause();
  await expect.poll(() => servers[0]!.opened('jobs')).toBe(1);
  await expect.poll(() => servers[0]!.connections).toBe(0);
  expect(servers[0]!.items('jobs').length).toBeGreaterThan(20);
  client.hangUp();
});

it('serves 200 clients at once: each item goes to one of them, and nothing stays behind', async () => {
  const { servers, open } = await startQueueLab({ queues: { pollMs: 200 } });
  const clients = await Promise.all(Array.from({ length: 200 }, () => open('jobs')));
  const items = Array.from({ length: 2000 }, (_, index) => `item-${index}`);
  items.forEach((item, index) => servers[index % 2]!.add('jobs', item));
  await expect.poll(() => clients.flatMap(values).length).toBe(2000);
  expect(clients.flatMap(values).toSorted()).toEqual(items.toSorted());
  await expect.poll(() => servers.map((server) => server.opened('jobs'))).toEqual([0, 0]);
  for (const client of clients) client.hangUp();
  await expect.poll(() => servers.map(({ connections }) => connections)).toEqual([0, 0]);
});

it('uses no transactions in plain mode', async () => {
  const { servers, open } = await startQueueLab({ servers: 1, queues: { mode: 'plain', pollMs: 30 } });
  servers[0]!.add('jobs', 'a1', 'a2');
  const client = await open('jobs');
  await expect.poll(() => values(client)).toEqual(['a1', 'a2']);
  client.hangUp();
  await expect.poll(() => servers[0]!.connections).toBe(0);
  expect(new Set(servers[0]!.log.map(({ line }) => line))).toEqual(new Set(['get jobs/t=30']));
});
