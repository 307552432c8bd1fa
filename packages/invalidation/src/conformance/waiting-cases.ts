import assert from 'node:assert/strict';

import {
  eventually,
  isRefused,
  logCase,
  type LogConformanceCase,
  numbered,
  rejectsWith,
  shardsOf,
} from './log-case.ts';

/** The lease of followers here: the log must allow it, and is faster where it allows no more. */
export const conformanceLeaseMs = 500;

/** What can be waited for, and what is known when the wait is over. */
export const waitingCases: readonly LogConformanceCase[] = [
  logCase('a wait for a position ends when its keys were heard', async (log, record) => {
    const { follower, keys } = record();
    await follower.ready;
    for (const key of numbered(50)) {
      await follower.caughtUpTo(await log.publish([key]));
      assert.equal(keys.at(-1), key);
    }
  }),

  logCase('a wait for a position can begin before the follower is ready', async (log, record) => {
    const position = await log.publish(['a']);
    const { follower, resets } = record();
    await follower.caughtUpTo(position);
    await follower.caughtUpTo('0-0');
    assert.deepEqual(resets, []);
  }),

  logCase('a wait for a position ends when a clear has made it moot', async (log, record) => {
    const { follower, resets } = record();
    await follower.ready;
    const position = await log.publish(['a']);
    await log.clear();
    await follower.caughtUpTo(position);
    await eventually(() => resets.length === log.shards, 'every shard was reset');
    await follower.caughtUpTo(position);
  }),

  logCase('a wait for a position that no log gave ends too', async (log, record) => {
    const { follower } = record();
    await follower.ready;
    await follower.caughtUpTo(
      shardsOf(log)
        .map((shard) => `${follower.epoch(shard)}-777`)
        .join(','),
    );
    assert.ok(follower.horizonAgeMs() < Infinity);
  }),

  logCase('a wait for a position refuses what is none', async (_log, record) => {
    await isRefused(record().follower.caughtUpTo('later'));
  }),

  logCase('a wait for the log moves the horizon past the call, with all keys up to it heard', async (log, record) => {
    const { follower, keys } = record({ heartbeatMs: 60_000 });
    await follower.ready;
    await log.publish(['a']);
    const calledAt = performance.now();
    await follower.sync();
    assert.deepEqual(keys, ['a']);
    assert.ok(follower.horizonAt() >= calledAt, 'the horizon lies before the call');
    const ageMs = follower.horizonAgeMs();
    assert.ok(ageMs <= performance.now() - calledAt + 2, `the horizon is ${ageMs} ms old`);
  }),

  logCase('a wait is given up by its signal', async (_log, record) => {
    const { follower } = record();
    await follower.ready;
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await rejectsWith(follower.sync({ signal }), reason);
    await rejectsWith(follower.caughtUpTo('aaaaaaaa-5', { signal }), reason);
  }),

  logCase('a publish everywhere ends when every follower with a lease has heard it', async (log, record) => {
    const leased = Array.from({ length: 3 }, () => record({ leaseMs: conformanceLeaseMs }));
    await Promise.all(leased.map(({ follower }) => follower.ready));
    for (const key of numbered(10)) {
      await log.publish([key], { everywhere: true, tags: ['t'] });
      for (const { keys } of leased) assert.equal(keys.at(-1), key);
    }
  }),

  logCase('a clear everywhere ends when every follower with a lease was reset', async (log, record) => {
    const leased = Array.from({ length: 3 }, () => record({ leaseMs: conformanceLeaseMs }));
    await Promise.all(leased.map(({ follower }) => follower.ready));
    await log.clear({ everywhere: true });
    for (const { resets } of leased) assert.equal(resets.length, log.shards);
  }),

  logCase('a publish everywhere does not wait for a follower that was closed', async (log, record) => {
    const { follower } = record({ leaseMs: conformanceLeaseMs });
    await follower.ready;
    // A log that has just begun waits for those that it may have forgotten.
    await log.publish(['a'], { everywhere: true });
    await follower.close();
    const position = await log.publish(['b'], { everywhere: true, timeoutMs: conformanceLeaseMs / 2 });
    assert.equal(typeof position, 'string');
  }),
];
