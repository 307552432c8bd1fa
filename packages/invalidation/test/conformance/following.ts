import { describe, expect, it } from 'vitest';

import type { CurrentLog } from './current-log.ts';
import { record } from '../recorder.ts';

/** What a follower hears, in which order, and from where. */
export function describeFollowing(current: CurrentLog): void {
  describe('a follower', () => {
    it('hears every key, in the order of the publishes, as every other one does', async () => {
      const both = [record(current.log), record(current.log)];
      await Promise.all(both.map(({ follower }) => follower.ready));
      const positions = [];
      for (const keys of [['a'], ['a'], ['a', 'a']]) positions.push(await current.log.publish(keys));
      for (const { keys, entries, follower, resets } of both) {
        await follower.caughtUpTo(positions.at(-1)!);
        expect(keys).toEqual(['a', 'a', 'a', 'a']);
        expect(follower.cursor).toBe(entries.at(-1)!.position);
        expect(resets).toEqual([]);
      }
    });

    it('hears numbers without a gap under one epoch in each shard', async () => {
      const { follower, entries } = record(current.log);
      await follower.ready;
      const start = Array.from({ length: current.log.shards }, (_, shard) => follower.sequence(shard));
      let position = '';
      for (let i = 0; i < 30; i++) position = await current.log.publish([`key:${i}`]);
      await follower.caughtUpTo(position);
      for (const [shard, from] of start.entries()) {
        const heard = entries.filter((entry) => entry.shard === shard);
        expect(heard.map(({ sequence }) => sequence)).toEqual(heard.map((_, i) => from + 1 + i));
        expect(new Set(heard.map(({ epoch }) => epoch)).size).toBeLessThanOrEqual(1);
        expect(heard.at(-1)).toMatchObject({ epoch: follower.epoch(shard), sequence: follower.sequence(shard) });
      }
    });

    it('does not hear what was published before it from now on', async () => {
      await current.log.publish(['before']);
      const { follower, keys, resets } = record(current.log);
      await follower.ready;
      await follower.caughtUpTo(await current.log.publish(['after']));
      expect(keys).toEqual(['after']);
      expect(resets).toEqual([]);
    });

    it('hears from a position what came after it', async () => {
      const first = record(current.log);
      await first.follower.ready;
      for (const key of ['first', 'second', 'third']) await first.follower.caughtUpTo(await current.log.publish([key]));
      const from = first.entries[1]!.position;
      const { follower, keys, resets } = record(current.log, { from });
      await follower.ready;
      expect(keys).toEqual(['third']);
      await follower.caughtUpTo(await current.log.publish(['fourth']));
      expect(keys).toEqual(['third', 'fourth']);
      expect(resets).toEqual([]);
    });

    it('hears from the position of a publish everything that came after it', async () => {
      const from = await current.log.publish(['first']);
      await current.log.publish(['second']);
      const { follower, keys, resets } = record(current.log, { from });
      await follower.ready;
      expect(keys).toEqual(['second']);
      expect(resets).toEqual([]);
    });

    it('hears from its own cursor nothing twice', async () => {
      const first = record(current.log);
      await first.follower.ready;
      for (let i = 0; i < 10; i++) await first.follower.caughtUpTo(await current.log.publish([`key:${i}`]));
      const from = first.follower.cursor;
      await first.follower.close();
      await current.log.publish(['next']);
      const second = record(current.log, { from });
      await second.follower.ready;
      expect(second.keys).toEqual(['next']);
      expect(second.resets).toEqual([]);
    });

    it('hears from the beginning everything', async () => {
      const names = Array.from({ length: 20 }, (_, i) => `key:${i}`);
      for (const key of names) await current.log.publish([key]);
      const { follower, keys, resets } = record(current.log, { from: '0-0' });
      await follower.ready;
      expect(keys.toSorted()).toEqual(names.toSorted());
      expect(resets).toEqual([]);
    });

    it('goes on after a callback threw, and reports it', async () => {
      const heard: string[] = [];
      const { follower, errors } = record(current.log, {
        onInvalidate(keys) {
          heard.push(...keys);
          throw new Error('no');
        },
      });
      await follower.ready;
      await current.log.publish(['a']);
      await follower.caughtUpTo(await current.log.publish(['a']));
      expect(heard).toEqual(['a', 'a']);
      expect(errors).toMatchObject([
        { code: 'ERR_INVALIDATION_LISTENER', cause: { message: 'no' } },
        { code: 'ERR_INVALIDATION_LISTENER', cause: { message: 'no' } },
      ]);
    });

    it('refuses what is no position, and a heartbeat or lease that makes no sense', () => {
      const { log } = current;
      for (const from of ['yesterday', '', '5', 'a-b', '$', '1-2-3', '0-0,']) {
        expect(() => record(log, { from })).toThrow('a position is what publish or a follower gave');
      }
      expect(() => record(log, { heartbeatMs: 0 })).toThrow('heartbeatMs must be at least 10, got 0');
      expect(() => record(log, { leaseMs: 0 })).toThrow('leaseMs must be positive, got 0');
    });
  });
}
