import assert from 'node:assert/strict';

import type { RefreshReason } from '../queue/refresh-queue.ts';
import { holdTasks, queueCase, type QueueConformanceCase, taskFor, until } from './queue-case.ts';

/** In which order, and how many at once. */
export const flowCases: readonly QueueConformanceCase[] = [
  queueCase('works on the most urgent first, and of equals on the oldest', async (one, other) => {
    const asked: readonly [string, RefreshReason][] = [
      ['f', 'warm-up'],
      ['e', 'scheduled'],
      ['d', 'ageing'],
      ['c', 'stale'],
      ['a', 'missing'],
      ['b', 'missing'],
    ];
    for (const [key, reason] of asked) await one.enqueue(taskFor(key, reason));
    const held = holdTasks();
    held.release();
    other.consume(held.handle, { concurrency: 1 });
    await until(
      () => held.begun.length,
      (length) => length === asked.length,
    );
    assert.deepEqual(held.begun.map(({ key }) => key).join(''), 'abcdef');
  }),

  queueCase('moves a task up that is asked for more urgently, and none down', async (one, other) => {
    for (const key of ['a', 'b', 'c']) await one.enqueue(taskFor(key, 'ageing'));
    assert.equal(await other.enqueue(taskFor('c', 'missing')), 'known');
    assert.equal(await other.enqueue(taskFor('c', 'warm-up')), 'known');
    assert.equal(await other.enqueue(taskFor('a', 'warm-up')), 'known');
    const held = holdTasks();
    held.release();
    other.consume(held.handle, { concurrency: 1 });
    await until(
      () => held.begun.length,
      (length) => length === 3,
    );
    assert.deepEqual(held.begun.map(({ key }) => key).join(''), 'cab');
    assert.deepEqual(held.begun.map(({ reason }) => reason).join(' '), 'missing ageing ageing');
  }),

  queueCase('hands a task over for the most demanding of its reasons, and for the newest tick', async (one, other) => {
    await one.enqueue(taskFor('later', 'ageing'));
    await one.enqueue({ key: 'tick', reason: 'scheduled', requestedAt: 1000 });
    await other.enqueue({ key: 'tick', reason: 'scheduled', requestedAt: 2000 });
    await other.enqueue({ key: 'tick', reason: 'scheduled', requestedAt: 1500 });
    await other.enqueue({ key: 'tick', reason: 'stale', requestedAt: 3000 });
    await one.enqueue(taskFor('now', 'missing'));
    await other.enqueue(taskFor('now', 'manual'));
    await other.enqueue(taskFor('now', 'invalidated'));
    const held = holdTasks();
    one.consume(held.handle);
    await until(
      () => held.begun.length,
      (length) => length === 3,
    );
    assert.deepEqual(
      held.begun.map(({ key, reason }) => `${key} ${reason}`),
      ['now manual', 'tick scheduled', 'later ageing'],
    );
    assert.equal(held.begun[1]!.requestedAt, 2000);
    await other.enqueue(taskFor('now', 'manual'));
    await other.enqueue(taskFor('now', 'invalidated'));
    held.release();
    await until(
      () => held.begun.length,
      (length) => length === 4,
    );
    assert.equal(held.begun[3]!.reason, 'manual');
  }),

  queueCase('gives a consumer no more at once than it takes', async (one, other) => {
    for (let i = 0; i < 9; i++) await one.enqueue(taskFor(`k${i}`));
    const held = holdTasks();
    one.consume(held.handle, { concurrency: 3 });
    await until(
      () => held.begun.length,
      (length) => length === 3,
    );
    const { active, waiting } = await other.counts();
    assert.deepEqual([active, waiting], [3, 6]);
    held.release();
    await until(
      () => held.begun.length,
      (length) => length === 9,
    );
    assert.equal(held.mostAtOnce(), 3);
  }),

  queueCase(
    'keeps a bound over all consumers together',
    async (one, other) => {
      for (let i = 0; i < 9; i++) await one.enqueue(taskFor(`k${i}`));
      const held = holdTasks();
      one.consume(held.handle, { concurrency: 4 });
      other.consume(held.handle, { concurrency: 4 });
      await until(
        () => held.begun.length,
        (length) => length === 2,
      );
      assert.equal((await one.counts()).active, 2);
      held.release();
      await until(
        () => held.begun.length,
        (length) => length === 9,
      );
      assert.equal(held.mostAtOnce(), 2);
    },
    { globalConcurrency: 2 },
  ),

  queueCase('begins nothing while it is paused, in any process, and goes on where it was', async (one, other) => {
    const held = holdTasks();
    held.release();
    await other.pause();
    one.consume(held.handle);
    assert.equal(await one.enqueue(taskFor('a')), 'queued');
    assert.equal(await other.enqueue(taskFor('b', 'missing')), 'queued');
    assert.equal(await other.enqueue(taskFor('b')), 'known');
    const counts = await one.counts();
    assert.deepEqual([counts.isPaused, counts.waiting, held.begun.length], [true, 2, 0]);
    await one.resume();
    await until(
      () => held.begun.length,
      (length) => length === 2,
    );
    assert.equal((await other.counts()).isPaused, false);
  }),

  queueCase('waits for what is in hand when a consumer closes, and gives it nothing more', async (one) => {
    const held = holdTasks();
    const consumer = one.consume(held.handle, { concurrency: 1 });
    await one.enqueue(taskFor('a'));
    await one.enqueue(taskFor('b'));
    await until(
      () => held.begun.length,
      (length) => length === 1,
    );
    let isClosed = false;
    const closed = consumer.close().then(() => (isClosed = true));
    assert.equal((await one.counts()).active, 1);
    assert.equal(isClosed, false);
    held.release();
    await closed;
    await consumer.close();
    const { active, waiting } = await one.counts();
    assert.deepEqual([active, waiting, held.begun.length], [0, 1, 1]);
  }),

  queueCase('aborts what is in hand when the time to drain is over', async (one) => {
    const reasons: unknown[] = [];
    const consumer = one.consume(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            reject(new Error('told to stop'));
          });
        }),
    );
    await one.enqueue(taskFor('a'));
    await until(
      () => one.counts(),
      ({ active }) => active === 1,
    );
    await consumer.close({ drainMs: 10 });
    assert.equal((reasons[0] as { code?: unknown }).code, 'ERR_REFRESH_CLOSED');
    const { active, waiting, delayed } = await until(
      () => one.counts(),
      (counts) => counts.active === 0,
    );
    assert.deepEqual([active, waiting + delayed], [0, 1]);
  }),

  queueCase('answers every call with ERR_REFRESH_CLOSED when it is closed, and closes twice', async (one) => {
    await one.close();
    await one.close();
    const closed = { code: 'ERR_REFRESH_CLOSED' };
    await assert.rejects(one.enqueue(taskFor('a')), closed);
    await assert.rejects(one.drop('a'), closed);
    await assert.rejects(one.counts(), closed);
    await assert.rejects(one.pause(), closed);
    await assert.rejects(one.resume(), closed);
    await assert.rejects(one.deadTasks(), closed);
    await assert.rejects(one.settleDead('a', 'drop'), closed);
    assert.throws(() => one.consume(() => Promise.resolve('fresh')), closed);
  }),

  queueCase('rejects with the reason of the signal', async (one) => {
    const reason = new Error('gone');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(one.enqueue(taskFor('a'), { signal }), reason);
    await assert.rejects(one.counts({ signal }), reason);
    assert.equal((await one.counts()).waiting, 0);
  }),
];
