import { describe, expect, it } from 'vitest';

import { resolveQueueRules } from '../../../src/http/push/queue-rules.ts';
import { type QueueLab, type QueueLabOptions, startQueueLab } from './queue-lab.ts';
import type { StreamClient } from './stream-client.ts';

/** Longer than any test: what needs a second question never gets one. */
const NEVER_MS = 60_000;

const values = (client: StreamClient): string[] => client.of('item').map(({ value }) => String(value));

/** Queue servers that know no options in the key, and are asked as such. */
function startPolledLab({ queues, ...options }: QueueLabOptions = {}): Promise<QueueLab> {
  return startQueueLab({ server: { hasOptions: false }, ...options, queues: { mode: 'polled', ...queues } });
}

describe('a server that knows no options in the key', () => {
  it('is drained of all its items, in their order, by nothing but the plain read', async () => {
    const { servers, open } = await startPolledLab({ queues: { pollMs: 20 } });
    servers[0]!.add('jobs', 'a1', 'a2', 'a3');
    const client = await open('jobs');
    await expect.poll(() => values(client)).toEqual(['a1', 'a2', 'a3']);
    servers[1]!.add('jobs', 'b1');
    await expect.poll(() => values(client)).toEqual(['a1', 'a2', 'a3', 'b1']);
    client.hangUp();
    await expect.poll(() => servers.map(({ connections }) => connections)).toEqual([0, 0]);
    expect(new Set(servers.flatMap(({ log }) => log.map(({ line }) => line)))).toEqual(new Set(['get jobs']));
  });

  it('gives nothing to the modes that need options', async () => {
    const { servers, open } = await startPolledLab({ servers: 1, queues: { mode: 'plain', pollMs: 10 } });
    servers[0]!.add('jobs', 'a1');
    const client = await open('jobs');
    await expect.poll(() => servers[0]!.log.length).toBeGreaterThan(3);
    expect(servers[0]!.items('jobs')).toEqual(['a1']);
    client.hangUp();
  });

  it('is asked again at once after an item', async () => {
    const { servers, open } = await startPolledLab({ servers: 1, queues: { pollMs: NEVER_MS } });
    servers[0]!.add('jobs', ...Array.from({ length: 50 }, (_, index) => `${index}`));
    const client = await open('jobs');
    await expect.poll(() => values(client).length).toBe(50);
    client.hangUp();
  });

  it('is asked at the pace of polls while it has nothing, and the client is sent heartbeats', async () => {
    const { servers, open } = await startPolledLab({
      servers: 1,
      queues: { pollMs: 100, heartbeatMs: 50, maxInFlightPerNode: 2 },
    });
    const startedAt = performance.now();
    const client = await open('jobs', 'text/event-stream');
    await expect.poll(() => client.text().match(/heartbeat/g)?.length ?? 0).toBeGreaterThan(8);
    const asked = servers[0]!.log.length;
    expect(asked).toBeGreaterThan(2);
    // A timer may be early by a millisecond.
    expect(asked).toBeLessThanOrEqual(2 * (1 + (performance.now() - startedAt) / 99));
    expect(client.events).toEqual([]);
    client.hangUp();
  });

  it('is asked for nothing more while the client takes nothing, nor once it is gone', async () => {
    const { servers, open } = await startPolledLab({ servers: 1, queues: { pollMs: 10 } });
    const [server] = servers;
    server!.add('jobs', ...Array.from({ length: 40 }, (_, index) => Buffer.alloc(1_000_000, `${index % 10}`)));
    const client = await open('jobs', 'application/vnd.lockstep.frames');
    client.pause();
    let logged = -1;
    await expect.poll(() => logged === (logged = server!.log.length), { interval: 100 }).toBe(true);
    expect(server!.items('jobs').length).toBeGreaterThan(20);
    client.hangUp();
    await expect.poll(() => server!.connections).toBe(0);
    expect(server!.log.length).toBe(logged);
  });

  it('is told of when it goes and when it is back', async () => {
    const { servers, open } = await startPolledLab({ queues: { pollMs: 20 } });
    const client = await open('jobs');
    await expect.poll(() => servers[0]!.log.length).toBeGreaterThan(0);
    await servers[0]!.kill();
    const code = 'ERR_MEMCACHE_PROXY_QUEUE_UNREACHABLE';
    // A machine that is busy may be too slow for the other node's deadline as well.
    const told = (): object[] => client.of('node').filter(({ node }) => node === 'q1');
    await expect.poll(told).toEqual([{ event: 'node', node: 'q1', state: 'down', code }]);
    await servers[0]!.restart();
    servers[0]!.add('jobs', 'back');
    await expect.poll(() => values(client)).toEqual(['back']);
    expect(told().at(-1)).toEqual({ event: 'node', node: 'q1', state: 'up' });
    client.hangUp();
  });

  it('has to answer within the reply timeout alone, as it does not wait', async () => {
    const queues = { pollMs: NEVER_MS, replyTimeoutMs: 100 };
    const { servers, open } = await startPolledLab({ servers: 1, queues });
    servers[0]!.freeze();
    const client = await open('jobs');
    const code = 'ERR_MEMCACHE_PROXY_QUEUE_TIMEOUT';
    await expect.poll(() => client.of('node')).toEqual([{ event: 'node', node: 'q1', state: 'down', code }]);
    client.hangUp();
  });

  it('does not hold up the end of the proxy while it is not asked', async () => {
    const { app, servers, open } = await startPolledLab({ queues: { pollMs: NEVER_MS } });
    const client = await open('jobs');
    await expect.poll(() => servers.map(({ log }) => log.length)).toEqual([1, 1]);
    await app.close();
    expect(await client.ended).toBe(true);
    expect(client.events).toEqual([{ event: 'end', reason: 'shutdown' }]);
    await expect.poll(() => servers.map(({ connections }) => connections)).toEqual([0, 0]);
  });
});

describe('the pause between two plain reads', () => {
  const nodes = [{ host: 'queue-1' }];

  it.each([9, 60_001])('may not be %d ms', (pollMs) => {
    const message = `queues.pollMs must be 10 to 60000 with the mode 'polled', got ${pollMs}`;
    expect(() => resolveQueueRules({ nodes, mode: 'polled', pollMs })).toThrow(new RangeError(message));
    expect(resolveQueueRules({ nodes, mode: 'plain', pollMs }).pollMs).toBe(pollMs);
  });

  it.each([10, 60_000])('may be %d ms', (pollMs) => {
    expect(resolveQueueRules({ nodes, mode: 'polled', pollMs })).toMatchObject({ mode: 'polled', pollMs });
  });

  it('belongs to a mode that there is', () => {
    const message = "queues.mode must be 'reliable', 'plain' or 'polled', got pulled";
    const mode = 'pulled' as 'polled';
    expect(() => resolveQueueRules({ nodes, mode })).toThrow(new TypeError(message));
  });
});
