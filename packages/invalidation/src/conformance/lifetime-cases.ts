import assert from 'node:assert/strict';

import { InvalidationError } from '../invalidation-error.ts';
import { logCase, type LogConformanceCase, rejectsWith, rejectsWithCode } from './log-case.ts';

/** From the start of a follower to its end. */
export const lifetimeCases: readonly LogConformanceCase[] = [
  logCase('a follower has no horizon before it is ready or after it was closed', async (_log, record) => {
    const { follower } = record();
    assert.deepEqual([follower.horizonAgeMs(), follower.horizonAt()], [Infinity, -Infinity]);
    assert.ok(follower.cursor.startsWith('0-0') || follower.epoch(0) !== '', 'it has a cursor without an epoch');
    await follower.ready;
    assert.ok(follower.horizonAgeMs() < 60_000, 'its horizon is old');
    assert.ok(follower.horizonAt() <= performance.now(), 'its horizon lies ahead');
    assert.notEqual(follower.epoch(0), '');
    await follower.close();
    assert.deepEqual([follower.horizonAgeMs(), follower.horizonAt()], [Infinity, -Infinity]);
  }),

  logCase('a follower that was closed hears nothing, and closing twice is fine', async (log, record) => {
    const { follower, keys } = record();
    const other = record();
    await Promise.all([follower.ready, other.follower.ready]);
    await follower.close();
    await follower.close();
    await other.follower.caughtUpTo(await log.publish(['a']));
    assert.deepEqual([other.keys, keys], [['a'], []]);
  }),

  logCase('a follower ends with its signal, and its readiness rejects with the reason', async (_log, record) => {
    const reason = new Error('enough');
    await rejectsWith(record({ signal: AbortSignal.abort(reason) }).follower.ready, reason);
    const controller = new AbortController();
    const { follower } = record({ signal: controller.signal });
    await follower.ready;
    controller.abort(reason);
    assert.equal(follower.horizonAgeMs(), Infinity);
  }),

  logCase('a follower that is closed at once rejects its readiness', async (_log, record) => {
    const { follower } = record();
    await follower.close();
    await rejectsWithCode(follower.ready, 'ERR_INVALIDATION_CLOSED');
  }),

  logCase('a follower that is closed ends its waits', async (_log, record) => {
    const { follower } = record();
    await follower.ready;
    await follower.close();
    await rejectsWithCode(follower.sync(), 'ERR_INVALIDATION_CLOSED');
    await rejectsWithCode(follower.caughtUpTo('aaaaaaaa-5'), 'ERR_INVALIDATION_CLOSED');
  }),

  logCase('a log that is closed ends its followers, and takes nothing more', async (log, record) => {
    const { follower } = record();
    await follower.ready;
    await log.close();
    await log.close();
    assert.equal(follower.horizonAgeMs(), Infinity);
    await rejectsWithCode(log.publish(['a']), 'ERR_INVALIDATION_CLOSED');
    await rejectsWithCode(log.clear(), 'ERR_INVALIDATION_CLOSED');
    assert.throws(
      () => record(),
      (error: unknown) => error instanceof InvalidationError && error.code === 'ERR_INVALIDATION_CLOSED',
    );
  }),
];
