import assert from 'node:assert/strict';

import type { RefreshQueue, TaskHandler } from '../queue/refresh-queue.ts';
import { queueCase, type QueueConformanceCase, taskFor, until } from './queue-case.ts';

/** What becomes of tasks that fail. */
export const retryCases: readonly QueueConformanceCase[] = [
  queueCase('tries again what fails, and says which attempt it is', async (one, other) => {
    const attempts: number[] = [];
    const repeated: boolean[] = [];
    one.consume(async (_, { attempt, isRepeated }) => {
      attempts.push(attempt);
      repeated.push(isRepeated);
      if (attempt < 3) throw new Error('not yet');
      return 'refreshed';
    });
    await other.enqueue(taskFor('k'));
    await until(
      () => attempts.length,
      (length) => length === 3,
    );
    await until(
      () => other.counts(),
      ({ active }) => active === 0,
    );
    const { waiting, delayed, dead } = await other.counts();
    assert.deepEqual([attempts, waiting, delayed, dead], [[1, 2, 3], 0, 0, 0]);
    assert.deepEqual(repeated, [false, true, true]);
  }),

  queueCase(
    'keeps a task that failed from being tried before its time, whoever asks',
    async (one, other) => {
      let attempts = 0;
      one.consume(async () => {
        attempts++;
        throw new Error('down');
      });
      await other.enqueue(taskFor('k'));
      await until(
        () => other.counts(),
        ({ delayed }) => delayed === 1,
      );
      assert.equal(await other.enqueue(taskFor('k', 'missing')), 'known');
      assert.equal(await other.enqueue(taskFor('k', 'invalidated')), 'known');
      const { waiting, delayed } = await one.counts();
      assert.deepEqual([waiting, delayed, attempts], [0, 1, 1]);
      assert.equal(await one.drop('k'), true);
      assert.equal((await one.counts()).delayed, 0);
      assert.equal(await one.enqueue(taskFor('k')), 'queued');
    },
    { backoff: { minMs: 60_000, maxMs: 60_000 } },
  ),

  queueCase('keeps what failed for good, once per key, the newest first', async (one, other) => {
    one.consume(failing);
    for (const key of ['a', 'b', 'a']) await die(other, key);
    const dead = await until(
      () => other.deadTasks(),
      (tasks) => tasks.length === 2,
    );
    assert.deepEqual(
      dead.map(({ key, attempts, error }) => [key, attempts, error]),
      [
        ['a', 3, 'a is down'],
        ['b', 3, 'b is down'],
      ],
    );
    assert.ok(dead[0]!.failedAt >= dead[1]!.failedAt && dead[1]!.failedAt > Date.now() - 60_000);
    assert.equal((await one.deadTasks({ limit: 1 })).length, 1);
    assert.equal((await one.counts()).dead, 2);
  }),

  queueCase('queues a dead task again, or forgets it', async (one, other) => {
    const consumer = one.consume(failing);
    await die(other, 'a');
    await die(other, 'b');
    await consumer.close();
    assert.equal(await other.settleDead('unknown', 'retry'), false);
    assert.equal(await other.settleDead('b', 'drop'), true);
    assert.equal(await other.settleDead('b', 'retry'), false);
    assert.equal(await other.settleDead('a', 'retry'), true);
    const { dead, waiting } = await one.counts();
    assert.deepEqual([dead, waiting], [0, 1]);
    assert.equal(await one.enqueue(taskFor('a')), 'known');
  }),

  queueCase(
    'settles all that are dead, the oldest first, and none that dies meanwhile',
    async (one, other) => {
      const keys = Array.from({ length: 230 }, (_, index) => `k${index}`);
      const consumer = one.consume(failing, { concurrency: 50 });
      await Promise.all(keys.map((key) => other.enqueue(taskFor(key))));
      await until(
        () => other.counts(),
        ({ dead, active }) => dead === keys.length && active === 0,
      );
      const pages: (readonly string[])[] = [];
      // What is retried fails again at once.
      for await (const page of other.settleAllDead('retry')) pages.push(page);
      assert.deepEqual(pages.flat().toSorted(), keys.toSorted());
      assert.ok(pages.length <= 4 && pages.every((page) => page.length <= 100), `${pages.length} pages`);
      await until(
        () => other.counts(),
        ({ dead, active, waiting }) => dead === keys.length && active === 0 && waiting === 0,
      );
      await consumer.close();
      const dropped: string[] = [];
      for await (const page of other.settleAllDead('drop')) dropped.push(...page);
      assert.equal(dropped.length, keys.length);
      const { dead, waiting } = await one.counts();
      assert.deepEqual([dead, waiting], [0, 0]);
      for await (const page of other.settleAllDead('drop')) assert.deepEqual(page, []);
    },
    { attempts: 1 },
  ),

  queueCase('takes new tasks for a key that is dead', async (one, other) => {
    const consumer = one.consume(failing);
    await die(other, 'a');
    await consumer.close();
    assert.equal(await other.enqueue(taskFor('a')), 'queued');
  }),

  queueCase(
    'keeps no more dead tasks than it may',
    async (one, other) => {
      one.consume(failing, { concurrency: 1 });
      for (const key of ['a', 'b', 'c', 'd']) await die(other, key);
      const dead = await other.deadTasks();
      assert.deepEqual(dead.map(({ key }) => key).join(''), 'dc');
    },
    { maxDead: 2, attempts: 1 },
  ),

  queueCase(
    'forgets a dead task when its time is over',
    async (one, other) => {
      one.consume(failing);
      await other.enqueue(taskFor('a'));
      await until(
        () => other.counts(),
        ({ dead }) => dead === 1,
      );
      await until(
        () => other.counts(),
        ({ dead }) => dead === 0,
      );
      assert.deepEqual(await other.deadTasks(), []);
      assert.equal(await other.settleDead('a', 'retry'), false);
    },
    { deadForMs: 1000, attempts: 1 },
  ),
];

const failing: TaskHandler = async ({ key }) => {
  throw new Error(`${key} is down`);
};

/** Has a task fail for good. */
async function die(queue: RefreshQueue, key: string): Promise<void> {
  const startedAt = Date.now();
  await queue.enqueue(taskFor(key));
  await until(
    () => queue.deadTasks(),
    (tasks) => tasks.some((task) => task.key === key && task.failedAt >= startedAt),
  );
}
