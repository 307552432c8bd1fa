import assert from 'node:assert/strict';

import type { RefreshTask } from '../queue/refresh-queue.ts';
import { holdTasks, queueCase, type QueueConformanceCase, taskFor, until } from './queue-case.ts';

/** One task per key, however many ask. */
export const dedupCases: readonly QueueConformanceCase[] = [
  queueCase('queues one task for a thousand who ask at once, in two processes', async (one, other) => {
    const asks = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? one : other).enqueue(taskFor('coupons:1')));
    const answers = await Promise.all(asks);
    assert.equal(answers.filter((answer) => answer === 'queued').length, 1);
    assert.equal((await one.counts()).waiting, 1);
    const begun: RefreshTask[] = [];
    const handle = async (task: RefreshTask): Promise<'refreshed'> => {
      begun.push(task);
      return 'refreshed';
    };
    one.consume(handle);
    other.consume(handle);
    await until(
      () => one.counts(),
      ({ waiting, active }) => waiting + active === 0,
    );
    assert.equal(begun.length, 1);
  }),

  queueCase('hands the task over as it was asked for', async (one, other) => {
    const task = { key: 'coupons:Zürich {7}:*', reason: 'stale', requestedAt: 1234 } as const;
    const held = holdTasks();
    held.release();
    other.consume(held.handle);
    assert.equal(await one.enqueue(task), 'queued');
    await until(
      () => held.begun.length,
      (length) => length === 1,
    );
    assert.deepEqual(held.begun, [task]);
  }),

  queueCase('does not queue again what is being worked on, and does when that has ended', async (one, other) => {
    const held = holdTasks();
    one.consume(held.handle);
    await other.enqueue(taskFor('k'));
    await until(
      () => held.begun.length,
      (length) => length === 1,
    );
    for (const reason of ['missing', 'ageing', 'stale', 'scheduled', 'warm-up'] as const) {
      assert.equal(await other.enqueue(taskFor('k', reason)), 'known', reason);
    }
    held.release();
    await until(
      () => other.counts(),
      ({ active }) => active === 0,
    );
    assert.equal((await other.counts()).waiting, 0);
    assert.equal(held.begun.length, 1);
    assert.equal(await other.enqueue(taskFor('k')), 'queued');
    await until(
      () => held.begun.length,
      (length) => length === 2,
    );
  }),

  queueCase('queues one task after that in hand when the entry was invalidated meanwhile', async (one, other) => {
    const held = holdTasks();
    one.consume(held.handle);
    other.consume(held.handle);
    await other.enqueue(taskFor('k'));
    await until(
      () => held.begun.length,
      (length) => length === 1,
    );
    assert.equal(await other.enqueue(taskFor('k', 'invalidated')), 'queued');
    assert.equal(await one.enqueue(taskFor('k', 'invalidated')), 'known');
    assert.equal(await one.enqueue(taskFor('other')), 'queued');
    await until(
      () => held.begun.length,
      (length) => length === 2,
    );
    assert.equal(held.begun[1]!.key, 'other');
    held.release();
    await until(
      () => held.begun.length,
      (length) => length === 3,
    );
    assert.deepEqual([held.begun[2]!.key, held.begun[2]!.reason], ['k', 'invalidated']);
    await until(
      () => one.counts(),
      ({ waiting, active }) => waiting + active === 0,
    );
    assert.equal(held.begun.length, 3);
  }),

  queueCase('drops what waits, and what is to follow, but not what is in hand', async (one, other) => {
    const held = holdTasks();
    assert.equal(await one.drop('k'), false);
    await one.enqueue(taskFor('k'));
    assert.equal(await other.drop('k'), true);
    assert.equal(await other.drop('k'), false);
    assert.equal((await one.counts()).waiting, 0);
    assert.equal(await one.enqueue(taskFor('k')), 'queued');
    one.consume(held.handle);
    await until(
      () => held.begun.length,
      (length) => length === 1,
    );
    assert.equal(await other.drop('k'), false);
    await one.enqueue(taskFor('k', 'manual'));
    assert.equal(await other.drop('k'), true);
    assert.equal((await one.counts()).active, 1);
    held.release();
    await until(
      () => one.counts(),
      ({ waiting, active }) => waiting + active === 0,
    );
    assert.equal(held.begun.length, 1);
  }),

  queueCase('refuses what is no key', async (one) => {
    for (const key of ['', 'k'.repeat(201), 'a\nb', '\uD800']) {
      await assert.rejects(one.enqueue(taskFor(key)), { code: 'ERR_REFRESH_KEY' });
    }
    assert.equal((await one.counts()).waiting, 0);
  }),
];
