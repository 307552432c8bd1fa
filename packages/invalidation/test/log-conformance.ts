import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { compareIds } from '../src/entry-id.ts';
import type { InvalidationLog } from '../src/index.ts';
import { record } from './recorder.ts';

/** What every implementation of an invalidation log must do. `createLog` returns an empty one each time. */
export function describeInvalidationLog(name: string, createLog: () => InvalidationLog): void {
  describe(`${name} as an invalidation log`, () => {
    let log: InvalidationLog;
    beforeEach(() => {
      log = createLog();
    });
    afterEach(() => log.close());

    it('tells every follower every key, in the order of the ids', async () => {
      const both = [record(log), record(log)];
      await Promise.all(both.map(({ follower }) => follower.ready));
      const ids = [await log.publish(['a']), await log.publish(['b', 'c']), await log.publish(['a'])];
      expect(ids.toSorted(compareIds)).toEqual(ids);
      for (const { keys, ids: heard, follower, resets } of both) {
        await expect.poll(() => keys).toEqual(['a', 'b', 'c', 'a']);
        expect(heard).toEqual(ids);
        expect(follower.cursor).toBe(ids.at(-1));
        expect(resets).toEqual([]);
      }
    });

    it('takes bytes for the text that they are', async () => {
      const { follower, keys } = record(log);
      await follower.ready;
      await log.publish([Buffer.from('grüße'), new TextEncoder().encode('€'), 'a b\r\nc', '']);
      await expect.poll(() => keys).toEqual(['grüße', '€', 'a b\r\nc', '']);
    });

    it('does not tell a follower from now what was published before it', async () => {
      await log.publish(['before']);
      const { follower, keys, resets } = record(log);
      await follower.ready;
      await log.publish(['after']);
      await expect.poll(() => keys).toEqual(['after']);
      expect(resets).toEqual([]);
    });

    it('tells a follower from an id what came after it', async () => {
      await log.publish(['first']);
      const id = await log.publish(['second']);
      await log.publish(['third']);
      const { follower, keys, resets } = record(log, { from: id });
      await follower.ready;
      expect(keys).toEqual(['third']);
      expect(resets).toEqual([]);
      await log.publish(['fourth']);
      await expect.poll(() => keys).toEqual(['third', 'fourth']);
    });

    it('tells a follower from the beginning everything', async () => {
      for (let i = 0; i < 20; i++) await log.publish([`key:${i}`]);
      const { follower, keys, resets } = record(log, { from: '0-0' });
      await follower.ready;
      expect(keys).toEqual(Array.from({ length: 20 }, (_, i) => `key:${i}`));
      expect(resets).toEqual([]);
    });

    it('resets a follower whose cursor is past the end as lost, and tells it what comes next', async () => {
      await log.publish(['a']);
      const { follower, keys, resets } = record(log, { from: '99999999999999-0' });
      await follower.ready;
      expect(resets).toEqual(['lost']);
      await log.publish(['b']);
      await expect.poll(() => keys).toEqual(['b']);
    });

    it('goes on after a callback threw, and reports it', async () => {
      const heard: string[] = [];
      const { follower, errors } = record(log, {
        onInvalidate(keys) {
          heard.push(...keys);
          throw new Error('no');
        },
      });
      await follower.ready;
      await log.publish(['a']);
      await log.publish(['b']);
      await expect.poll(() => heard).toEqual(['a', 'b']);
      expect(errors).toMatchObject([
        { code: 'ERR_INVALIDATION_LISTENER', cause: { message: 'no' } },
        { code: 'ERR_INVALIDATION_LISTENER', cause: { message: 'no' } },
      ]);
    });

    it('knows no horizon before it is ready or after it was closed', async () => {
      const { follower } = record(log);
      expect(follower.horizonAgeMs()).toBe(Infinity);
      await follower.ready;
      expect(follower.horizonAgeMs()).toBeLessThan(60_000);
      await follower.close();
      expect(follower.horizonAgeMs()).toBe(Infinity);
    });

    it('tells a closed follower nothing, and closing twice is fine', async () => {
      const { follower, keys } = record(log);
      const { follower: other, keys: heardByOther } = record(log);
      await Promise.all([follower.ready, other.ready]);
      await follower.close();
      await follower.close();
      await log.publish(['a']);
      await expect.poll(() => heardByOther).toEqual(['a']);
      expect(keys).toEqual([]);
    });

    it('closes a follower by its signal, and its readiness rejects with the reason', async () => {
      const reason = new Error('enough');
      const { follower } = record(log, { signal: AbortSignal.abort(reason) });
      await expect(follower.ready).rejects.toBe(reason);
      const controller = new AbortController();
      const second = record(log, { signal: controller.signal });
      await second.follower.ready;
      controller.abort(reason);
      expect(second.follower.horizonAgeMs()).toBe(Infinity);
    });

    it('rejects the readiness of a follower that is closed at once', async () => {
      const { follower } = record(log);
      await follower.close();
      await expect(follower.ready).rejects.toMatchObject({ code: 'ERR_INVALIDATION_CLOSED' });
    });

    it('refuses bad keys and says which', async () => {
      await expect(log.publish([])).rejects.toThrow(RangeError);
      await expect(log.publish(Array.from({ length: 10_001 }, () => 'a'))).rejects.toThrow('at most 10000 keys');
      await expect(log.publish(['a\uD800'])).rejects.toThrow('well-formed text, got "a\\ud800"');
      await expect(log.publish([7 as unknown as string])).rejects.toThrow(
        'a key must be a string or bytes, got number',
      );
    });

    it('refuses a cursor that is not an id', () => {
      expect(() => record(log, { from: 'yesterday' })).toThrow('got "yesterday"');
    });

    it('rejects a publish whose signal has aborted with its reason', async () => {
      const reason = new Error('gone');
      await expect(log.publish(['a'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    it('takes nothing after it was closed, and closes its followers', async () => {
      const { follower } = record(log);
      await follower.ready;
      await log.close();
      await log.close();
      expect(follower.horizonAgeMs()).toBe(Infinity);
      await expect(log.publish(['a'])).rejects.toMatchObject({ code: 'ERR_INVALIDATION_CLOSED' });
      expect(() => record(log)).toThrow(expect.objectContaining({ code: 'ERR_INVALIDATION_CLOSED' }));
    });
  });
}
