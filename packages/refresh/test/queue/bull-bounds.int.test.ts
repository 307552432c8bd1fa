import { startFaultProxy, startRedisCluster } from '@lockstep/testing';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';

import { holdTasks } from '../../src/conformance/queue-case.ts';
import { createBullQueue } from '../../src/queue/bullmq/index.ts';
import { openBullLab, task } from './bull-lab.ts';

describe('a queue on BullMQ', () => {
  it('refuses tasks when about too many wait', async () => {
    await using lab = await openBullLab();
    const full = lab.queue();
    for (const key of ['a', 'b', 'c']) await full.enqueue(task(key));
    const queue = lab.queue({ maxWaiting: 3 });
    await expect(queue.enqueue(task('d'))).rejects.toMatchObject({ code: 'ERR_REFRESH_QUEUE' });
    await full.drop('a');
    await expect.poll(() => queue.enqueue(task('d')).catch(() => 'full')).toBe('queued');
  });

  it('lets a job that is none of its tasks fail, and works on', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue();
    const keys: string[] = [];
    await queue.counts();
    await queue.bull.add('stray', { key: 7 } as never);
    queue.consume(async ({ key }) => {
      keys.push(key);
      return 'refreshed';
    });
    await queue.enqueue(task('k'));
    await expect.poll(() => keys).toEqual(['k']);
    await expect.poll(() => queue.bull.getFailedCount()).toBe(1);
    expect(await queue.deadTasks()).toEqual([]);
  });

  it('keeps a bounded number of ended tasks, and of the text of errors', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue({ keepEnded: 2, attempts: 1 });
    queue.consume(async ({ key }) => {
      if (key === 'bad') throw new Error('x'.repeat(100_000));
      return 'refreshed';
    });
    for (const key of ['a', 'b', 'c', 'bad']) await queue.enqueue(task(key));
    await expect.poll(() => queue.counts()).toMatchObject({ waiting: 0, active: 0, dead: 1 });
    expect(await queue.bull.getCompletedCount()).toBe(2);
    const [dead] = await queue.deadTasks();
    expect(dead!.error).toHaveLength(1000);
  });

  it('keeps its keys under its prefix, and queues of other names apart', async () => {
    await using lab = await openBullLab();
    const one = lab.queue({ prefix: 'mine' });
    const other = lab.queue({ prefix: 'mine', name: 'second' });
    await one.enqueue(task('k'));
    expect(await other.enqueue(task('k'))).toBe('queued');
    expect((await one.counts()).waiting).toBe(1);
    expect(one.bull.toKey('wait')).toBe('{mine}:refresh:wait');
  });

  it('prints nothing of how Redis is set up, and leaves the client that it was given open', async () => {
    await using lab = await openBullLab({ config: { 'maxmemory-policy': 'allkeys-lru' } });
    const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
    const redis = new Redis(lab.server.url);
    const queue = createBullQueue({ redis });
    const keys: string[] = [];
    queue.consume(async ({ key }) => {
      keys.push(key);
      return 'refreshed';
    });
    await queue.enqueue(task('k'));
    await expect.poll(() => keys).toEqual(['k']);
    await queue.close();
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  it('has reported what was in hand when a consumer is closed, however far Redis is', async () => {
    await using lab = await openBullLab();
    await using proxy = await startFaultProxy({ to: lab.server });
    const far = new Redis(proxy.port);
    const near = lab.queue();
    await using queue = createBullQueue({ redis: far, callTimeoutMs: 5000 });
    const held = holdTasks();
    const consumer = queue.consume(held.handle);
    await near.enqueue(task('k'));
    await expect.poll(() => held.begun.length).toBe(1);
    const isWaiting = async (): Promise<boolean> => String(await far.client('LIST')).includes('cmd=bzpopmin');
    await expect.poll(isWaiting).toBe(true);
    const closed = consumer.close();
    await expect.poll(isWaiting).toBe(false);
    proxy.delay({ upMs: 100 });
    held.release();
    await closed;
    expect(await near.counts()).toMatchObject({ active: 0, waiting: 0, delayed: 0, dead: 0 });
    far.disconnect();
  });

  it('tries again at the time that the back-off says, and not at the next full second', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue({ attempts: 10, backoff: { minMs: 50, maxMs: 50 } });
    let attempts = 0;
    queue.consume(async () => {
      attempts++;
      throw new Error('down');
    });
    const startedAt = performance.now();
    await queue.enqueue(task('k'));
    await expect.poll(() => queue.counts(), { interval: 10 }).toMatchObject({ dead: 1 });
    expect(attempts).toBe(10);
    expect(performance.now() - startedAt).toBeLessThan(6000);
  });

  it.each([
    [{ name: 'a:b' }, TypeError],
    [{ prefix: '' }, TypeError],
    [{ lockMs: 0 }, RangeError],
    [{ lockMs: 9000 }, RangeError],
    [{ attempts: 0 }, RangeError],
    [{ maxInFlight: 1.5 }, RangeError],
    [{ globalConcurrency: -1 }, RangeError],
    [{ backoff: { minMs: 100, maxMs: 10 } }, RangeError],
  ])('refuses %j', (options, kind) => {
    expect(() => createBullQueue({ redis: undefined as never, ...options })).toThrow(kind);
  });

  it('works on a cluster', async () => {
    await using cluster = await startRedisCluster({ masters: 3 });
    const redis = new Cluster([...cluster.endpoints]);
    const queue = createBullQueue({ redis, callTimeoutMs: 5000 });
    const keys: string[] = [];
    const all = Array.from({ length: 20 }, (_, i) => `k${i}`);
    for (const key of all) await queue.enqueue(task(key));
    queue.consume(async ({ key }) => {
      keys.push(key);
      return 'refreshed';
    });
    await expect.poll(() => keys.length).toBe(20);
    expect(new Set(keys)).toEqual(new Set(all));
    await queue.close();
    redis.disconnect();
  });
});
