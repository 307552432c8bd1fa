import { describe, expect, it } from 'vitest';

import { startQueueLab } from './queue-lab.ts';
import type { SeenEvent } from './stream-client.ts';

const values = (events: readonly SeenEvent[]): string[] => events.map(({ value }) => String(value));

describe('the stream of a queue', () => {
  it('hands over the items of all nodes, and confirms each one', async () => {
    const { servers, open } = await startQueueLab();
    servers[0]!.add('jobs', 'a1', 'a2', 'a3');
    servers[1]!.add('jobs', 'b1', 'b2', 'b3');
    const client = await open('jobs');
    await expect.poll(() => values(client.of('item')).toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
    servers[1]!.add('jobs', 'b4');
    await expect.poll(() => values(client.of('item')).at(-1)).toBe('b4');
    await expect.poll(() => servers.map((server) => server.opened('jobs'))).toEqual([0, 0]);
    expect(client.of('item')[0]).toEqual({ event: 'item', node: 'q1', size: 2, encoding: 'utf8', value: 'a1' });
    client.hangUp();
    await expect.poll(() => servers.map(({ connections }) => connections)).toEqual([0, 0]);
    expect(servers.map((server) => server.items('jobs'))).toEqual([[], []]);
  });

  it('takes turns between the nodes that have something', async () => {
    const { servers, open } = await startQueueLab({ servers: 3 });
    for (const [index, server] of servers.entries()) {
      server.add('jobs', ...Array.from({ length: index === 2 ? 10 : 30 }, (_, number) => `${index}-${number}`));
    }
    const client = await open('jobs');
    await expect.poll(() => client.of('item').length).toBe(70);
    const nodes = client.of('item').map(({ node }) => node);
    // While all three have items, none gets more than one turn ahead of another.
    const counts = new Map<unknown, number>([
      ['q1', 0],
      ['q2', 0],
      ['q3', 0],
    ]);
    const spread = nodes.slice(0, 30).map((node) => {
      counts.set(node, counts.get(node)! + 1);
      return Math.max(...counts.values()) - Math.min(...counts.values());
    });
    expect(Math.max(...spread)).toBeLessThanOrEqual(2);
    client.hangUp();
  });

  it.each(['application/x-ndjson', 'text/event-stream'])(
    'carries text as text and other bytes as base64 in %s',
    async (type) => {
      const { servers, open } = await startQueueLab({ servers: 1 });
      const bytes = Buffer.from([0, 0xff, 0x0d, 0x0a]);
      servers[0]!.add('jobs', 'line\r\nand "line"\n\n', bytes, '');
      const client = await open('jobs', type);
      await expect.poll(() => client.of('item').length).toBe(3);
      expect(client.headers['content-type']).toBe(type);
      expect(client.of('item').map(({ encoding, value }) => [encoding, value])).toEqual([
        ['utf8', 'line\r\nand "line"\n\n'],
        ['base64', bytes.toString('base64')],
        ['utf8', ''],
      ]);
      client.hangUp();
    },
  );

  it('carries bytes as they are in frames', async () => {
    const { servers, open } = await startQueueLab({ servers: 1 });
    const bytes = Buffer.alloc(100_000, '\u0000\r\nEND\r\n');
    servers[0]!.add('jobs', bytes, 'x');
    const client = await open('jobs', 'application/vnd.lockstep.frames');
    await expect.poll(() => client.of('item').length).toBe(2);
    expect(bytes.equals(client.of('item')[0]!['bytes'] as Buffer)).toBe(true);
    expect(client.of('item')[1]).toMatchObject({ node: 'q1', size: 1 });
    client.hangUp();
  });

  it('keeps an idle stream open with heartbeats, and ends it after the idle time', async () => {
    const { open } = await startQueueLab({ servers: 1, queues: { heartbeatMs: 10, idleMs: 200, pollMs: 50 } });
    const client = await open('jobs', 'text/event-stream');
    expect(await client.ended).toBe(true);
    expect(client.text()).toContain(': heartbeat\n\n');
    expect(client.events).toEqual([{ event: 'end', reason: 'idle' }]);
  });

  it.each([
    ['/v1/stream/a.b', {}, 400, 'ERR_MEMCACHE_PROXY_BAD_QUEUE'],
    ['/v1/stream/a%2Fopen', {}, 400, 'ERR_MEMCACHE_PROXY_BAD_QUEUE'],
    ['/v1/stream/a%0D%0Aflush_all', {}, 400, 'ERR_MEMCACHE_PROXY_BAD_QUEUE'],
    ['/v1/stream/secret', {}, 403, 'ERR_MEMCACHE_PROXY_QUEUE_FORBIDDEN'],
    ['/v1/stream/jobs', { accept: 'image/png' }, 406, 'ERR_MEMCACHE_PROXY_NOT_ACCEPTABLE'],
  ])('refuses %s', async (url, headers, status, code) => {
    const { app, servers } = await startQueueLab({ servers: 1, queues: { allow: ['jobs'] } });
    const reply = await app.inject({ url, headers });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([status, code]);
    expect(servers[0]!.log).toEqual([]);
  });

  it('refuses further streams above its bound, and takes one again when one ends', async () => {
    const { app, open } = await startQueueLab({ servers: 1, plugin: { maxStreams: 1 } });
    const client = await open('jobs');
    expect((await app.inject('/v1/stream/jobs')).json<{ code: string }>().code).toBe('ERR_MEMCACHE_PROXY_STREAM_LIMIT');
    client.hangUp();
    await expect
      .poll(async () => {
        const next = await open('jobs');
        next.hangUp();
        return next.status;
      })
      .toBe(200);
  });
});
