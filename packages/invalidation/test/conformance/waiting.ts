import { describe, expect, it } from 'vitest';

import { type CurrentLog, LEASE_MS } from './current-log.ts';
import { record } from '../recorder.ts';

/** What can be waited for, and what is known when the wait is over. */
export function describeWaiting(current: CurrentLog): void {
  describe('a wait', () => {
    it('for a position ends when its keys were heard', async () => {
      const { follower, keys } = record(current.log);
      await follower.ready;
      for (let i = 0; i < 50; i++) {
        const position = await current.log.publish([`key:${i}`]);
        await follower.caughtUpTo(position);
        expect(keys.at(-1)).toBe(`key:${i}`);
      }
    });

    it('for a position can begin before the follower is ready', async () => {
      const position = await current.log.publish(['a']);
      const { follower, resets } = record(current.log);
      await follower.caughtUpTo(position);
      await follower.caughtUpTo('0-0');
      expect(resets).toEqual([]);
    });

    it('for a position ends when a clear has made it moot', async () => {
      const { follower, resets } = record(current.log);
      await follower.ready;
      const position = await current.log.publish(['a']);
      await current.log.clear();
      await follower.caughtUpTo(position);
      await expect.poll(() => resets.length).toBe(current.log.shards);
      await expect(follower.caughtUpTo(position)).resolves.toBeUndefined();
    });

    it('for a position that no log gave ends too', async () => {
      const { follower } = record(current.log);
      await follower.ready;
      const far = Array.from({ length: current.log.shards }, (_, shard) => `${follower.epoch(shard)}-777`).join(',');
      await expect(follower.caughtUpTo(far)).resolves.toBeUndefined();
    });

    it('for a position refuses what is none', async () => {
      const { follower } = record(current.log);
      await expect(follower.caughtUpTo('later')).rejects.toThrow(RangeError);
    });

    it('for the log moves the horizon past the call, with all keys up to it heard', async () => {
      const { follower, keys } = record(current.log, { heartbeatMs: 60_000 });
      await follower.ready;
      await current.log.publish(['a']);
      const calledAt = performance.now();
      await follower.sync();
      expect(keys).toEqual(['a']);
      expect(follower.horizonAt()).toBeGreaterThanOrEqual(calledAt);
      expect(follower.horizonAgeMs()).toBeLessThanOrEqual(performance.now() - calledAt + 2);
    });

    it('is given up by its signal', async () => {
      const { follower } = record(current.log);
      await follower.ready;
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      await expect(follower.sync({ signal })).rejects.toBe(reason);
      await expect(follower.caughtUpTo('aaaaaaaa-5', { signal })).rejects.toBe(reason);
    });

    it('for everywhere ends when every follower with a lease has heard it', async () => {
      const leased = Array.from({ length: 3 }, () => record(current.log, { leaseMs: LEASE_MS }));
      await Promise.all(leased.map(({ follower }) => follower.ready));
      for (let i = 0; i < 10; i++) {
        await current.log.publish([`key:${i}`], { everywhere: true, tags: ['t'] });
        for (const { keys } of leased) expect(keys.at(-1)).toBe(`key:${i}`);
      }
    });

    it('for a clear everywhere ends when every follower with a lease was reset', async () => {
      const leased = Array.from({ length: 3 }, () => record(current.log, { leaseMs: LEASE_MS }));
      await Promise.all(leased.map(({ follower }) => follower.ready));
      await current.log.clear({ everywhere: true });
      for (const { resets } of leased) expect(resets).toHaveLength(current.log.shards);
    });

    it('for everywhere does not wait for one that was closed', async () => {
      const { follower } = record(current.log, { leaseMs: LEASE_MS });
      await follower.ready;
      // A log that has just begun waits for those that it may have forgotten.
      await current.log.publish(['a'], { everywhere: true });
      await follower.close();
      await expect(current.log.publish(['b'], { everywhere: true, timeoutMs: LEASE_MS / 2 })).resolves.toBeTypeOf(
        'string',
      );
    });
  });
}
