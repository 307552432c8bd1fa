import { describe, expect, it } from 'vitest';

import type { CurrentLog } from './current-log.ts';
import { record } from '../recorder.ts';

/** From the start of a follower to its end. */
export function describeLifetime(current: CurrentLog): void {
  describe('a lifetime', () => {
    it('has no horizon before it is ready or after it was closed', async () => {
      const { follower } = record(current.log);
      expect([follower.horizonAgeMs(), follower.horizonAt()]).toEqual([Infinity, -Infinity]);
      expect(follower.cursor.startsWith('0-0') || follower.epoch(0) !== '').toBe(true);
      await follower.ready;
      expect(follower.horizonAgeMs()).toBeLessThan(60_000);
      expect(follower.horizonAt()).toBeLessThanOrEqual(performance.now());
      expect(follower.epoch(0)).not.toBe('');
      await follower.close();
      expect([follower.horizonAgeMs(), follower.horizonAt()]).toEqual([Infinity, -Infinity]);
    });

    it('ends quietly: a closed follower hears nothing, and closing twice is fine', async () => {
      const { follower, keys } = record(current.log);
      const other = record(current.log);
      await Promise.all([follower.ready, other.follower.ready]);
      await follower.close();
      await follower.close();
      await other.follower.caughtUpTo(await current.log.publish(['a']));
      expect(other.keys).toEqual(['a']);
      expect(keys).toEqual([]);
    });

    it('ends with the signal of a follower, whose readiness rejects with the reason', async () => {
      const reason = new Error('enough');
      const { follower } = record(current.log, { signal: AbortSignal.abort(reason) });
      await expect(follower.ready).rejects.toBe(reason);
      const controller = new AbortController();
      const second = record(current.log, { signal: controller.signal });
      await second.follower.ready;
      controller.abort(reason);
      expect(second.follower.horizonAgeMs()).toBe(Infinity);
    });

    it('that ends at once rejects readiness', async () => {
      const { follower } = record(current.log);
      await follower.close();
      await expect(follower.ready).rejects.toMatchObject({ code: 'ERR_INVALIDATION_CLOSED' });
    });

    it('ends the waits of a follower', async () => {
      const { follower } = record(current.log);
      await follower.ready;
      await follower.close();
      await expect(follower.sync()).rejects.toMatchObject({ code: 'ERR_INVALIDATION_CLOSED' });
      await expect(follower.caughtUpTo('aaaaaaaa-5')).rejects.toMatchObject({ code: 'ERR_INVALIDATION_CLOSED' });
    });

    it('of the log ends its followers, and it takes nothing more', async () => {
      const { log } = current;
      const { follower } = record(log);
      await follower.ready;
      await log.close();
      await log.close();
      expect(follower.horizonAgeMs()).toBe(Infinity);
      await expect(log.publish(['a'])).rejects.toMatchObject({ code: 'ERR_INVALIDATION_CLOSED' });
      await expect(log.clear()).rejects.toMatchObject({ code: 'ERR_INVALIDATION_CLOSED' });
      expect(() => record(log)).toThrow(expect.objectContaining({ code: 'ERR_INVALIDATION_CLOSED' }));
    });
  });
}
