import assert from 'node:assert/strict';

import { isRefused, logCase, type LogConformanceCase, numbered, rejectsWith, shardsOf } from './log-case.ts';

/** What a publish takes, and what is heard of it. */
export const publishingCases: readonly LogConformanceCase[] = [
  logCase('a log says what it is', async (log) => {
    assert.notEqual(log.namespace, '');
    assert.ok(Number.isInteger(log.shards) && log.shards >= 1, `shards ${log.shards}`);
    const shard = log.shardOf('a');
    assert.ok(shardsOf(log).includes(shard), `shard ${shard}`);
  }),

  logCase('a publish takes bytes for the text that they are', async (log, record) => {
    const { follower, keys } = record();
    await follower.ready;
    const position = await log.publish([Buffer.from('grüße'), new TextEncoder().encode('€'), 'a b\r\nc', '']);
    await follower.caughtUpTo(position);
    assert.deepEqual(keys.toSorted(), ['grüße', '€', 'a b\r\nc', ''].toSorted());
  }),

  logCase('a publish hands over bytes that are not text as they are', async (log, record) => {
    const { follower, keys, entries } = record();
    await follower.ready;
    const binary = Buffer.from([0xff, 0x00, 0xfe]);
    await follower.caughtUpTo(await log.publish([binary, 'text']));
    assert.deepEqual(keys, ['text']);
    assert.deepEqual(
      entries.flatMap(({ binaryKeys }) => binaryKeys),
      [binary],
    );
  }),

  logCase('a publish is heard in the shard of each key', async (log, record) => {
    const { follower, entries } = record();
    await follower.ready;
    const names = numbered(40);
    await follower.caughtUpTo(await log.publish(names));
    assert.deepEqual(entries.flatMap(({ keys }) => keys).toSorted(), names.toSorted());
    for (const { keys, shard } of entries) for (const key of keys) assert.equal(log.shardOf(key), shard);
    assert.equal(new Set(entries.map(({ shard }) => shard)).size, log.shards);
  }),

  logCase('a publish carries tags, with keys and without', async (log, record) => {
    const { follower, keys, entries } = record();
    await follower.ready;
    await follower.caughtUpTo(await log.publish([], { tags: ['org:7'] }));
    await follower.caughtUpTo(await log.publish(['a'], { tags: ['org:8', 'org:9'] }));
    assert.deepEqual(
      entries.flatMap(({ tags }) => tags),
      ['org:7', 'org:8', 'org:9'],
    );
    assert.ok(entries.filter(({ tags }) => tags.length > 0).every(({ shard }) => shard === 0));
    assert.deepEqual(keys, ['a']);
  }),

  logCase('a publish carries who published it, and keeps apart what differs in that', async (log, record) => {
    const { follower, entries } = record();
    await follower.ready;
    const positions = await Promise.all([
      log.publish(['a'], { origin: 'eu', traceId: 't-1' }),
      log.publish(['b'], { origin: 'us' }),
      log.publish(['c']),
    ]);
    for (const position of positions) await follower.caughtUpTo(position);
    const heard = entries.map(({ keys: [key = ''], origin, traceId }) => [key, origin, traceId] as const);
    assert.deepEqual(
      heard.toSorted(([one], [other]) => (one < other ? -1 : 1)),
      [
        ['a', 'eu', 't-1'],
        ['b', 'us', undefined],
        ['c', undefined, undefined],
      ],
    );
  }),

  logCase('a publish takes ten thousand keys at once', async (log, record) => {
    const { follower, keys } = record();
    await follower.ready;
    const names = numbered(10_000);
    await follower.caughtUpTo(await log.publish(names));
    assert.deepEqual(keys.toSorted(), names.toSorted());
  }),

  logCase('a publish refuses bad keys, tags and labels', async (log) => {
    await isRefused(log.publish([]));
    await isRefused(log.publish(Array.from({ length: 10_001 }, () => 'a')));
    await isRefused(log.publish(['a\uD800']));
    await isRefused(log.publish([7 as unknown as string]));
    await isRefused(log.publish([], { tags: ['\uDC00'] }));
    await isRefused(log.publish([], { tags: Array.from({ length: 1001 }, () => 'a') }));
    await isRefused(log.publish(['a'], { origin: 'x'.repeat(257) }));
    await isRefused(log.clear({ traceId: 'x'.repeat(257) }));
  }),

  logCase('a publish rejects with the reason of a signal that has aborted', async (log) => {
    const reason = new Error('gone');
    await rejectsWith(log.publish(['a'], { signal: AbortSignal.abort(reason) }), reason);
    await rejectsWith(log.clear({ signal: AbortSignal.abort(reason) }), reason);
  }),
];
