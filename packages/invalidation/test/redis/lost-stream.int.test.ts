import { describe, expect, it } from 'vitest';

import { createRedisLog } from '../../src/index.ts';
import { record } from '../recorder.ts';
import { setupRedis, streamOf } from '../redis-setup.ts';

const redis = setupRedis();

async function start() {
  const client = redis.connect();
  const namespace = redis.namespace();
  const log = createRedisLog({ client, namespace });
  // Long enough that what is noticed is noticed by what the test does.
  const heard = record(log, { heartbeatMs: 60_000 });
  await heard.follower.ready;
  for (const key of ['a', 'b', 'c']) await log.publish([key]);
  await expect.poll(() => heard.keys).toEqual(['a', 'b', 'c']);
  return { client, namespace, log, heard };
}

// Numbers that begin again under the old epoch would pass for old ones.
describe('a log that lost its entries and nothing else', () => {
  it('resets its followers, though it soon has as many entries as before', async () => {
    const { client, namespace, log, heard } = await start();
    await client.del(streamOf(namespace));
    for (const key of ['d', 'e', 'f', 'g']) await log.publish([key]);
    await expect.poll(() => heard.resets).toEqual(['lost']);
    await heard.follower.sync();
    await log.publish(['after']);
    await expect.poll(() => heard.keys.at(-1)).toBe('after');
    expect(heard.resets).toEqual(['lost']);
  });

  it('resets a follower that asks before anything is published', async () => {
    const { client, namespace, log, heard } = await start();
    await client.del(streamOf(namespace));
    await heard.follower.sync();
    expect(heard.resets).toEqual(['lost']);
    await log.publish(['after']);
    await expect.poll(() => heard.keys.at(-1)).toBe('after');
  });

  it('goes on counting when its entries were only trimmed', async () => {
    const { client, namespace, log, heard } = await start();
    await client.xtrim(streamOf(namespace), 'MAXLEN', 0);
    await heard.follower.sync();
    await log.publish(['after']);
    await expect.poll(() => heard.keys).toEqual(['a', 'b', 'c', 'after']);
    expect(heard.resets).toEqual([]);
  });
});

it('begins anew on the state of a log that counted beside its stream', async () => {
  const client = redis.connect();
  const namespace = redis.namespace();
  const log = createRedisLog({ client, namespace });
  await client.hset(
    log.keys.state(0),
    'e',
    'aaaaaaaa',
    's',
    '57',
    'r',
    /run_id:(\w+)/.exec(await client.info('server'))![1]!,
  );
  const heard = record(log, { from: 'aaaaaaaa-57' });
  await log.publish(['a']);
  await expect.poll(() => heard.resets).toEqual(['lost']);
  await log.publish(['b']);
  await expect.poll(() => heard.keys.at(-1)).toBe('b');
  expect(heard.follower.epoch(0)).not.toBe('aaaaaaaa');
});
