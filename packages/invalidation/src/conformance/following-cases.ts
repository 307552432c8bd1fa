import assert from 'node:assert/strict';

import { isMistake, logCase, type LogConformanceCase, numbered, shardsOf } from './log-case.ts';

/** What a follower hears, in which order, and from where. */
export const followingCases: readonly LogConformanceCase[] = [
  logCase('a follower hears every key, in the order of the publishes, as every other one does', async (log, record) => {
    const both = [record(), record()];
    await Promise.all(both.map(({ follower }) => follower.ready));
    const positions = [];
    for (const keys of [['a'], ['a'], ['a', 'a']]) positions.push(await log.publish(keys));
    for (const { keys, entries, follower, resets } of both) {
      await follower.caughtUpTo(positions.at(-1)!);
      assert.deepEqual(keys, ['a', 'a', 'a', 'a']);
      assert.equal(follower.cursor, entries.at(-1)!.position);
      assert.deepEqual(resets, []);
    }
  }),

  logCase('a follower hears numbers without a gap under one epoch in each shard', async (log, record) => {
    const { follower, entries } = record();
    await follower.ready;
    const start = shardsOf(log).map((shard) => follower.sequence(shard));
    let position = '';
    for (const key of numbered(30)) position = await log.publish([key]);
    await follower.caughtUpTo(position);
    for (const [shard, from] of start.entries()) {
      const heard = entries.filter((entry) => entry.shard === shard);
      assert.deepEqual(
        heard.map(({ sequence }) => sequence),
        heard.map((_, index) => from + 1 + index),
      );
      assert.ok(new Set(heard.map(({ epoch }) => epoch)).size <= 1, 'there is more than one epoch');
      const last = heard.at(-1);
      if (last === undefined) continue;
      assert.deepEqual([last.epoch, last.sequence], [follower.epoch(shard), follower.sequence(shard)]);
    }
  }),

  logCase('a follower does not hear what was published before it from now on', async (log, record) => {
    await log.publish(['before']);
    const { follower, keys, resets } = record();
    await follower.ready;
    await follower.caughtUpTo(await log.publish(['after']));
    assert.deepEqual([keys, resets], [['after'], []]);
  }),

  logCase('a follower hears from a position what came after it', async (log, record) => {
    const first = record();
    await first.follower.ready;
    for (const key of ['first', 'second', 'third']) await first.follower.caughtUpTo(await log.publish([key]));
    const { follower, keys, resets } = record({ from: first.entries[1]!.position });
    await follower.ready;
    assert.deepEqual(keys, ['third']);
    await follower.caughtUpTo(await log.publish(['fourth']));
    assert.deepEqual([keys, resets], [['third', 'fourth'], []]);
  }),

  logCase('a follower hears from the position of a publish everything that came after it', async (log, record) => {
    const from = await log.publish(['first']);
    await log.publish(['second']);
    const { follower, keys, resets } = record({ from });
    await follower.ready;
    assert.deepEqual([keys, resets], [['second'], []]);
  }),

  logCase('a follower hears from its own cursor nothing twice', async (log, record) => {
    const first = record();
    await first.follower.ready;
    for (const key of numbered(10)) await first.follower.caughtUpTo(await log.publish([key]));
    const from = first.follower.cursor;
    await first.follower.close();
    await log.publish(['next']);
    const { follower, keys, resets } = record({ from });
    await follower.ready;
    assert.deepEqual([keys, resets], [['next'], []]);
  }),

  logCase('a follower hears from the beginning everything', async (log, record) => {
    const names = numbered(20);
    for (const key of names) await log.publish([key]);
    const { follower, keys, resets } = record({ from: '0-0' });
    await follower.ready;
    assert.deepEqual([keys.toSorted(), resets], [names.toSorted(), []]);
  }),

  logCase('a follower goes on after a callback threw, and reports it', async (log, record) => {
    const heard: string[] = [];
    const thrown = new Error('no');
    const { follower, errors } = record({
      onInvalidate(keys) {
        heard.push(...keys);
        throw thrown;
      },
    });
    await follower.ready;
    await log.publish(['a']);
    await follower.caughtUpTo(await log.publish(['a']));
    assert.deepEqual(heard, ['a', 'a']);
    assert.deepEqual(
      errors.map((error) => [(error as { code?: unknown }).code, error.cause]),
      [
        ['ERR_INVALIDATION_LISTENER', thrown],
        ['ERR_INVALIDATION_LISTENER', thrown],
      ],
    );
  }),

  logCase(
    'a follower refuses what is no position, and a heartbeat or lease that makes no sense',
    async (_log, record) => {
      for (const from of ['yesterday', '', '5', 'a-b', '$', '1-2-3', '0-0,']) {
        assert.throws(() => record({ from }), isMistake);
      }
      assert.throws(() => record({ heartbeatMs: 0 }), isMistake);
      assert.throws(() => record({ leaseMs: 0 }), isMistake);
    },
  ),

  logCase('a follower counts what it hears', async (log, record) => {
    const { follower, entries } = record();
    await follower.ready;
    for (const key of numbered(5)) await follower.caughtUpTo(await log.publish([key]));
    const { resets, lagEntries, lagMs, ...counts } = follower.stats();
    assert.equal(counts.entries, entries.length);
    assert.deepEqual([resets, lagEntries, lagMs], [{ trimmed: 0, lost: 0, cleared: 0 }, 0, 0]);
    for (const [name, count] of Object.entries(counts)) assert.ok(count >= 0, `${name} is ${count}`);
    await follower.caughtUpTo(await log.clear());
    assert.deepEqual(follower.stats().resets, { trimmed: 0, lost: 0, cleared: log.shards });
  }),
];
