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
    for (const reason of ['missing', 'ageing', 'stale', 'warm-up'] as const) {
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

  queueCase('queues a tick, and what is asked for by hand, after what is in hand', async (one, other) => {
    const held = holdTasks();
    one.consume(held.handle);
    for (const key of ['tick', 'hand']) await other.enqueue(taskFor(key));
    await until(
      () => held.begun.length,
      (length) => length === 2,
    );
    assert.equal(await other.enqueue(taskFor('tick', 'scheduled')), 'queued');
    assert.equal(await other.enqueue(taskFor('tick', 'scheduled')), 'known');
    assert.equal(await other.enqueue(taskFor('hand', 'manual')), 'queued');
    held.release();
    await until(
      () => held.begun.length,
      (length) => length === 4,
    );
    const followed = held.begun.slice(2).map(({ key, reason }) => `${key} ${reason}`);
    assert.deepEqual(followed.toSorted(), ['hand manual', 'tick scheduled']);
  }),

  queueCase('spares what a load need not have answered, where it is told to', async (one, other) => {
    const spared = ['invalidated', 'manual', 'scheduled'] as const;
    for (const reason of ['missing', 'stale', 'ageing', 'warm-up', ...spared] as const) {
      await one.enqueue(taskFor(reason, reason));
      const isSpared = (spared as readonly string[]).includes(reason);
      assert.equal(await other.drop(reason, { sparesFollowUps: true }), !isSpared, reason);
    }
    assert.equal(await other.drop('unknown', { sparesFollowUps: true }), false);
    const held = holdTasks();
    one.consume(held.handle);
    await until(
      () => held.begun.length,
      (length) => length === 3,
    );
    await other.enqueue(taskFor('manual', 'manual'));
    assert.equal(await other.drop('manual', { sparesFollowUps: true }), false);
    held.release();
    await until(
      () => held.begun.length,
      (length) => length === 4,
    );
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
