import assert from 'node:assert/strict';

import { logCase, type LogConformanceCase, shardsOf } from './log-case.ts';

/** When a follower is told to forget everything. */
export const resetCases: readonly LogConformanceCase[] = [
  logCase('a reset comes with a clear, as cleared, and the log goes on', async (log, record) => {
    const { follower, keys, resets } = record();
    await follower.ready;
    await follower.caughtUpTo(await log.publish(['before']));
    await follower.caughtUpTo(await log.clear());
    assert.deepEqual(
      resets,
      shardsOf(log).map(() => 'cleared'),
    );
    await follower.caughtUpTo(await log.publish(['after']));
    assert.deepEqual(keys, ['before', 'after']);
  }),

  logCase('a clear begins a new epoch in every shard', async (log, record) => {
    const { follower } = record();
    await follower.ready;
    const before = shardsOf(log).map((shard) => follower.epoch(shard));
    await follower.caughtUpTo(await log.clear());
    for (const [shard, epoch] of before.entries()) assert.notEqual(follower.epoch(shard), epoch);
  }),

  logCase('a reset is told as cleared to one that resumes from before a clear', async (log, record) => {
    const first = record();
    await first.follower.ready;
    await first.follower.caughtUpTo(await log.publish(['a']));
    const from = first.follower.cursor;
    await log.clear();
    await log.publish(['b']);
    const { follower, resets } = record({ from });
    await follower.ready;
    assert.deepEqual(
      resets,
      shardsOf(log).map(() => 'cleared'),
    );
  }),

  logCase(
    'a reset is told as lost to one that resumes from another epoch, and it hears what comes next',
    async (log, record) => {
      await log.publish(['a']);
      const from = shardsOf(log)
        .map(() => '99999999999999-0')
        .join(',');
      const { follower, keys, resets } = record({ from });
      await follower.ready;
      assert.deepEqual(new Set(resets), new Set(['lost']));
      await follower.caughtUpTo(await log.publish(['b']));
      assert.deepEqual(keys, ['b']);
    },
  ),

  logCase(
    'a reset is told as lost to one whose position is of a log with another number of shards',
    async (_log, record) => {
      const { follower, resets } = record({ from: 'aaaaaaaa-1,aaaaaaaa-1,aaaaaaaa-1' });
      await follower.ready;
      assert.deepEqual(new Set(resets), new Set(['lost']));
    },
  ),

  logCase('a reset is told as lost to one whose number is beyond the end of its epoch', async (log, record) => {
    const first = record();
    await first.follower.ready;
    const from = shardsOf(log).map((shard) => `${first.follower.epoch(shard)}-999`);
    const { follower, resets } = record({ from: from.join(',') });
    await follower.ready;
    assert.deepEqual(new Set(resets), new Set(['lost']));
  }),

  logCase('a reset does not stop a follower whose callback throws', async (log, record) => {
    const thrown = new Error('no');
    const { follower, keys, errors } = record({
      onReset() {
        throw thrown;
      },
    });
    await follower.ready;
    await follower.caughtUpTo(await log.clear());
    await follower.caughtUpTo(await log.publish(['a']));
    assert.deepEqual(keys, ['a']);
    const [error] = errors;
    assert.deepEqual([(error as { code?: unknown }).code, error?.cause], ['ERR_INVALIDATION_LISTENER', thrown]);
  }),
];
