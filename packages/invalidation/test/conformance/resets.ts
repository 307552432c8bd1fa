import { describe, expect, it } from 'vitest';

import type { CurrentLog } from './current-log.ts';
import { record } from '../recorder.ts';

/** When a follower is told to forget everything. */
export function describeResets(current: CurrentLog): void {
  describe('a reset', () => {
    it('comes with a clear, as cleared, and the log goes on', async () => {
      const { follower, keys, resets } = record(current.log);
      await follower.ready;
      await follower.caughtUpTo(await current.log.publish(['before']));
      await follower.caughtUpTo(await current.log.clear());
      expect(new Set(resets)).toEqual(new Set(['cleared']));
      expect(resets).toHaveLength(current.log.shards);
      await follower.caughtUpTo(await current.log.publish(['after']));
      expect(keys).toEqual(['before', 'after']);
    });

    it('begins a new epoch in every shard with a clear', async () => {
      const { follower } = record(current.log);
      await follower.ready;
      const epochs = () => Array.from({ length: current.log.shards }, (_, shard) => follower.epoch(shard));
      const before = epochs();
      await follower.caughtUpTo(await current.log.clear());
      for (const [shard, epoch] of epochs().entries()) expect(epoch).not.toBe(before[shard]);
    });

    it('is told as cleared to one that resumes from before a clear', async () => {
      const first = record(current.log);
      await first.follower.ready;
      await first.follower.caughtUpTo(await current.log.publish(['a']));
      const from = first.follower.cursor;
      await current.log.clear();
      await current.log.publish(['b']);
      const { follower, resets } = record(current.log, { from });
      await follower.ready;
      expect(resets).toHaveLength(current.log.shards);
      expect(new Set(resets)).toEqual(new Set(['cleared']));
    });

    it('is told as lost to one that resumes from another epoch, and it hears what comes next', async () => {
      await current.log.publish(['a']);
      const from = Array.from({ length: current.log.shards }, () => '99999999999999-0').join(',');
      const { follower, keys, resets } = record(current.log, { from });
      await follower.ready;
      expect(new Set(resets)).toEqual(new Set(['lost']));
      await follower.caughtUpTo(await current.log.publish(['b']));
      expect(keys).toEqual(['b']);
    });

    it('is told as lost to one whose position is of a log with another number of shards', async () => {
      const { follower, resets } = record(current.log, { from: 'aaaaaaaa-1,aaaaaaaa-1,aaaaaaaa-1' });
      await follower.ready;
      expect(new Set(resets)).toEqual(new Set(['lost']));
    });

    it('is told as lost to one whose number is beyond the end of its epoch', async () => {
      const first = record(current.log);
      await first.follower.ready;
      const beyond = Array.from({ length: current.log.shards }, (_, shard) => `${first.follower.epoch(shard)}-999`);
      const { follower, resets } = record(current.log, { from: beyond.join(',') });
      await follower.ready;
      expect(new Set(resets)).toEqual(new Set(['lost']));
    });

    it('does not stop a follower whose callback throws', async () => {
      const { follower, keys, errors } = record(current.log, {
        onReset() {
          throw new Error('no');
        },
      });
      await follower.ready;
      await follower.caughtUpTo(await current.log.clear());
      await follower.caughtUpTo(await current.log.publish(['a']));
      expect(keys).toEqual(['a']);
      expect(errors[0]).toMatchObject({ code: 'ERR_INVALIDATION_LISTENER', cause: { message: 'no' } });
    });
  });
}
