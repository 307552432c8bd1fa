import { startFaultProxy } from '@lockstep/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog } from '../src/index.ts';
import { record, type Recorder } from './recorder.ts';
import { setupRedis, streamOf } from './redis-setup.ts';

const redis = setupRedis();

/** A follower behind a fault proxy, and a log that publishes around it. */
async function start() {
  const proxy = await startFaultProxy({ to: redis.server });
  onTestFinished(() => proxy.close());
  const namespace = redis.namespace();
  const direct = redis.connect();
  const log = createRedisLog({ client: direct, namespace });
  const distant = createRedisLog({ client: redis.connect(proxy.port), namespace, timeoutMs: 300 });
  onTestFinished(async () => {
    await distant.close();
    await log.close();
  });
  const heard = record(distant);
  await heard.follower.ready;
  return { proxy, direct, log, heard, stream: streamOf(namespace) };
}

/** Resolves when the follower has heard everything that the log had taken when this was called. */
async function untilUpToDate({ follower }: Recorder): Promise<void> {
  const since = performance.now();
  await expect.poll(() => follower.horizonAgeMs() < performance.now() - since).toBe(true);
}

const names = (count: number, name = 'key') => Array.from({ length: count }, (_, i) => `${name}:${i}`);

describe('a follower', () => {
  it('misses nothing when its connection is killed again and again', async () => {
    const { direct, log, heard } = await start();
    const published = names(300);
    for (const [i, key] of published.entries()) {
      await log.publish([key]);
      if (i % 50 === 0) await direct.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    }
    await untilUpToDate(heard);
    expect(heard.keys).toEqual(published);
    expect(heard.resets).toEqual([]);
  });

  it('misses nothing when the network cuts and refuses it', async () => {
    const { proxy, log, heard } = await start();
    await log.publish(['before']);
    await proxy.refuse();
    proxy.cut();
    for (const key of names(20)) await log.publish([key]);
    await expect.poll(() => heard.errors.length).toBeGreaterThan(0);
    await proxy.heal();
    await untilUpToDate(heard);
    expect(heard.keys).toEqual(['before', ...names(20)]);
    expect(heard.resets).toEqual([]);
    expect(heard.errors).toContainEqual(expect.objectContaining({ code: 'ERR_INVALIDATION_TIMEOUT' }));
  });

  it('notices a connection on which nothing comes any more, and goes on at its cursor over a new one', async () => {
    const { proxy, log, heard } = await start();
    proxy.halfOpen();
    await log.publish(['unheard']);
    await expect.poll(() => heard.errors.length).toBeGreaterThan(1);
    expect(heard.keys).toEqual([]);
    expect(heard.follower.horizonAgeMs()).toBeGreaterThan(300);
    await proxy.heal();
    await untilUpToDate(heard);
    expect(heard.keys).toEqual(['unheard']);
    expect(heard.resets).toEqual([]);
  });

  it('can be closed while the network is half open', async () => {
    const { proxy, heard } = await start();
    proxy.halfOpen();
    await heard.follower.close();
    await proxy.heal();
    // The client's own connection is left.
    await expect.poll(() => proxy.connections).toBe(1);
  });

  it('goes on when a frozen Redis runs again', async () => {
    const { log, heard } = await start();
    await redis.server.freeze();
    await expect.poll(() => heard.errors.length).toBeGreaterThan(0);
    await redis.server.thaw();
    await log.publish(['after']);
    await untilUpToDate(heard);
    expect(heard.keys).toEqual(['after']);
    expect(heard.resets).toEqual([]);
  });

  it('is reset as trimmed when entries went while it was away, and hears what comes next', async () => {
    const { proxy, direct, log, heard, stream } = await start();
    await log.publish(['before']);
    await untilUpToDate(heard);
    await proxy.refuse();
    proxy.cut();
    for (const key of names(10)) await log.publish([key]);
    await direct.xtrim(stream, 'MAXLEN', 3);
    await proxy.heal();
    await expect.poll(() => heard.resets).toEqual(['trimmed']);
    await log.publish(['after']);
    await expect.poll(() => heard.keys.at(-1)).toBe('after');
    expect(heard.resets).toEqual(['trimmed']);
  });

  it('is not reset by trimming what it has heard', async () => {
    const { direct, log, heard, stream } = await start();
    for (const key of names(10)) await log.publish([key]);
    await untilUpToDate(heard);
    await direct.xtrim(stream, 'MAXLEN', 0);
    await untilUpToDate(heard);
    await log.publish(['after']);
    await untilUpToDate(heard);
    expect(heard.keys).toEqual([...names(10), 'after']);
    expect(heard.resets).toEqual([]);
  });

  it('is reset as lost when the log was deleted and written again while it was away', async () => {
    const { proxy, direct, log, heard, stream } = await start();
    await log.publish(['before']);
    await untilUpToDate(heard);
    await proxy.refuse();
    proxy.cut();
    await log.publish(['never heard']);
    await direct.del(stream);
    await log.publish(['in the new log']);
    await proxy.heal();
    await expect.poll(() => heard.resets).toEqual(['lost']);
    await log.publish(['after']);
    await expect.poll(() => heard.keys.at(-1)).toBe('after');
  });

  it('follows over a client that has no offline queue', async () => {
    const namespace = redis.namespace();
    const client = redis.connect();
    const impatient = client.duplicate({ enableOfflineQueue: false });
    onTestFinished(() => impatient.disconnect());
    const heard = record(createRedisLog({ client: impatient, namespace }));
    await heard.follower.ready;
    await createRedisLog({ client, namespace }).publish(['a']);
    await expect.poll(() => heard.keys).toEqual(['a']);
    await heard.follower.close();
  });
});

describe('a publish', () => {
  it('rejects with ERR_INVALIDATION_TIMEOUT when Redis does not answer', async () => {
    const log = createRedisLog({ client: redis.connect(), namespace: redis.namespace(), timeoutMs: 200 });
    await log.publish(['a']);
    await redis.server.freeze();
    const refused = await log.publish(['b']).catch((error: unknown) => error);
    await redis.server.thaw();
    expect(refused).toMatchObject({ code: 'ERR_INVALIDATION_TIMEOUT' });
  });
});
