import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { KeyTasks } from '../../src/queue/bullmq/key-tasks.ts';
import { type BullLab, openBullLab, task } from './bull-lab.ts';

let lab: BullLab;
beforeAll(async () => {
  lab = await openBullLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

describe('whoever drops a superfluous task', () => {
  it('spares what is to follow it, though it waits for another try', async () => {
    const queue = lab.queue({ prefix: 'retry', attempts: 3, backoff: { minMs: 3000, maxMs: 3000 } });
    const begun: string[] = [];
    let fail = (): void => undefined;
    const failing = new Promise<'refreshed'>((_resolve, reject) => {
      fail = () => reject(new Error('source down'));
    });
    queue.consume(async ({ reason }) => {
      begun.push(reason);
      return begun.length === 1 ? failing : 'refreshed';
    });
    await queue.enqueue(task('k', 'missing'));
    await expect.poll(() => begun).toEqual(['missing']);
    await queue.enqueue(task('k', 'invalidated'));
    fail();
    await expect.poll(() => queue.counts()).toMatchObject({ active: 0, delayed: 1 });
    expect(await queue.drop('k', { sparesFollowUps: true })).toBe(false);
    // What outranks both is taken over by the one that waits.
    expect(await queue.enqueue(task('k', 'manual'))).toBe('known');
    await expect.poll(() => begun, { timeout: 20_000 }).toEqual(['missing', 'manual', 'invalidated']);
  }, 30_000);

  it('adds again the most demanding of all that came in between', async () => {
    const queue = lab.queue({ prefix: 'between' });
    await queue.enqueue(task('k', 'stale'));
    const { bull } = queue;
    const link = new Redis(lab.server.url);
    const others = new KeyTasks({ bull, link });
    const slow = Object.create(bull, {
      remove: {
        async value(jobId: string) {
          await others.add(task('k', 'manual'));
          await others.add(task('k', 'invalidated'));
          return bull.remove(jobId);
        },
      },
    }) as typeof bull;
    expect(await new KeyTasks({ bull: slow, link }).drop('k', true)).toBe(false);
    const waiting = await bull.getJobs(['waiting', 'prioritized']);
    expect(waiting.map(({ data }) => data.reason)).toEqual(['manual']);
    link.disconnect();
  });

  it('hides from nobody what came in between for a job that is gone', async () => {
    const queue = lab.queue({ prefix: 'gone' });
    await queue.enqueue(task('k', 'ageing'));
    const { bull } = queue;
    const link = new Redis(lab.server.url);
    const others = new KeyTasks({ bull, link });
    const slow = Object.create(bull, {
      remove: {
        async value(jobId: string) {
          await others.add(task('k', 'manual'));
          const removed = await bull.remove(jobId);
          await others.add(task('k', 'stale'));
          await others.add(task('k', 'invalidated'));
          return removed;
        },
      },
    }) as typeof bull;
    expect(await new KeyTasks({ bull: slow, link }).drop('k', true)).toBe(false);
    const waiting = await bull.getJobs(['waiting', 'prioritized']);
    expect(waiting.map(({ data }) => data.reason)).toEqual(['manual']);
    link.disconnect();
  });
});

it('settles each dead task once, though it fails again by a clock that is behind', async () => {
  const queue = lab.queue({ prefix: 'behind', attempts: 1 });
  const consumer = queue.consume(async () => {
    throw new Error('source down');
  });
  await queue.enqueue(task('k'));
  await expect.poll(() => queue.counts()).toMatchObject({ dead: 1, active: 0 });
  const [job] = await queue.bull.getFailed();
  const client = new Redis(lab.server.url);
  await client.zadd(queue.bull.toKey('failed'), Date.now() + 3_600_000, job!.id!);
  const pages: (readonly string[])[] = [];
  for await (const page of queue.settleAllDead('retry')) {
    pages.push(page);
    await expect.poll(() => queue.counts()).toMatchObject({ dead: 1, active: 0, waiting: 0 });
    if (pages.length === 3) break;
  }
  expect(pages).toEqual([['k']]);
  await consumer.close();
  client.disconnect();
});
