import { describe, expect, it } from 'vitest';

import type { CurrentLog } from './current-log.ts';
import { record } from '../recorder.ts';

/** What a publish takes, and what is heard of it. */
export function describePublishing(current: CurrentLog): void {
  describe('a publish', () => {
    it('takes bytes for the text that they are', async () => {
      const { follower, keys } = record(current.log);
      await follower.ready;
      const texts = ['grüße', '€', 'a b\r\nc', ''];
      await follower.caughtUpTo(
        await current.log.publish([Buffer.from('grüße'), new TextEncoder().encode('€'), 'a b\r\nc', '']),
      );
      expect(keys.toSorted()).toEqual(texts.toSorted());
    });

    it('hands over bytes that are not text as they are', async () => {
      const { follower, keys, entries } = record(current.log);
      await follower.ready;
      const binary = Buffer.from([0xff, 0x00, 0xfe]);
      await follower.caughtUpTo(await current.log.publish([binary, 'text']));
      expect(keys).toEqual(['text']);
      expect(entries.flatMap(({ binaryKeys }) => binaryKeys)).toEqual([binary]);
    });

    it('says in which shard each key is', async () => {
      const { follower, entries } = record(current.log);
      await follower.ready;
      const names = Array.from({ length: 40 }, (_, i) => `key:${i}`);
      await follower.caughtUpTo(await current.log.publish(names));
      expect(entries.flatMap(({ keys }) => keys).toSorted()).toEqual(names.toSorted());
      for (const { keys, shard } of entries) for (const key of keys) expect(current.log.shardOf(key)).toBe(shard);
      expect(new Set(entries.map(({ shard }) => shard)).size).toBe(current.log.shards);
    });

    it('carries tags, with keys and without', async () => {
      const { follower, keys, entries } = record(current.log);
      await follower.ready;
      await follower.caughtUpTo(await current.log.publish([], { tags: ['org:7'] }));
      await follower.caughtUpTo(await current.log.publish(['a'], { tags: ['org:8', 'org:9'] }));
      expect(entries.flatMap(({ tags }) => tags)).toEqual(['org:7', 'org:8', 'org:9']);
      expect(entries.filter(({ tags }) => tags.length > 0).every(({ shard }) => shard === 0)).toBe(true);
      expect(keys).toEqual(['a']);
    });

    it('carries who published it, and keeps apart what differs in that', async () => {
      const { follower, entries } = record(current.log);
      await follower.ready;
      const positions = await Promise.all([
        current.log.publish(['a'], { origin: 'eu', traceId: 't-1' }),
        current.log.publish(['b'], { origin: 'us' }),
        current.log.publish(['c']),
      ]);
      for (const position of positions) await follower.caughtUpTo(position);
      const heard = entries.map(({ keys, origin, traceId }) => [keys[0], origin, traceId]);
      const byKey = heard.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
      expect(byKey).toEqual([
        ['a', 'eu', 't-1'],
        ['b', 'us', undefined],
        ['c', undefined, undefined],
      ]);
    });

    it('takes ten thousand keys at once', async () => {
      const { follower, keys } = record(current.log);
      await follower.ready;
      const names = Array.from({ length: 10_000 }, (_, i) => `key:${i}`);
      await follower.caughtUpTo(await current.log.publish(names));
      expect(keys.toSorted()).toEqual(names.toSorted());
    });

    it('refuses bad keys, tags and labels, and says which', async () => {
      const { log } = current;
      await expect(log.publish([])).rejects.toThrow('at least one key or tag');
      await expect(log.publish(Array.from({ length: 10_001 }, () => 'a'))).rejects.toThrow('at most 10000 keys');
      await expect(log.publish(['a\uD800'])).rejects.toThrow('a key must be well-formed text, got "a\\ud800"');
      await expect(log.publish([7 as unknown as string])).rejects.toThrow(
        'a key must be a string or bytes, got number',
      );
      await expect(log.publish([], { tags: ['\uDC00'] })).rejects.toThrow('a tag must be well-formed text');
      await expect(log.publish([], { tags: Array.from({ length: 1001 }, () => 'a') })).rejects.toThrow(
        'at most 1000 tags',
      );
      await expect(log.publish(['a'], { origin: 'x'.repeat(257) })).rejects.toThrow('origin takes at most 256');
      await expect(log.clear({ traceId: 'x'.repeat(257) })).rejects.toThrow('traceId takes at most 256');
    });

    it('rejects with the reason of a signal that has aborted', async () => {
      const reason = new Error('gone');
      await expect(current.log.publish(['a'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await expect(current.log.clear({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });
}
