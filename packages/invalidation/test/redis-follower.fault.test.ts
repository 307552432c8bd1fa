import type { RedisClient } from '@lockstep/core';
import { startFaultProxy } from '@lockstep/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog } from '../src/index.ts';
import { record, type Recorder } from './recorder.ts';
import { setupRedis, stateOf, streamOf } from './redis-setup.ts';

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
  return { proxy, direct, distant, log, heard, namespace, stream: streamOf(namespace) };
}

/** Resolves when the follower has heard everything that the log had taken when this was called. */
async function untilUpToDate({ follower }: Recorder): Promise<void> {
  const since = performance.now();
  await expect.poll(() => follower.horizonAgeMs() < performance.now() - since).toBe(true);
}

const names = (count: number, name = 'key') => Array.from({ length: count }, (_, i) => `${name}:${i}`);

describe('a follower', () => {
  it('listens again at once when its connection was killed, and not only with its next heartbeat', async () => {
    const { direct, distant, log } = await start();
    const patient = record(distant, { heartbeatMs: 60_000 });
    await patient.follower.ready;
    await log.publish(['before']);
    await expect.poll(() => patient.keys).toEqual(['before']);
    await direct.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await log.publish(['after']);
    await expect.poll(() => patient.keys).toEqual(['before', 'after']);
  });

  it.each(['normal', 'pubsub'])('misses nothing when its %s connections are killed again and again', async (type) => {
    const { direct, log, heard } = await start();
    const published = names(300);
    for (const [i, key] of published.entries()) {
      await log.publish([key]);
      if (i % 50 === 0) await direct.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
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

  it('counts its horizon from when it asked, not from when the answer came', async () => {
    const { proxy, heard } = await start();
    proxy.delay({ downMs: 120 });
    await heard.follower.sync();
    expect(heard.follower.horizonAgeMs()).toBeGreaterThanOrEqual(110);
  });

  it('is caught up at the next question when a push was lost', async () => {
    const { direct, heard, namespace } = await start();
    await heard.follower.sync();
    // As if it had been appended while the subscription was gone.
    await direct.xadd(streamOf(namespace), '0-*', 'b', '{"k":["a"]}');
    await heard.follower.caughtUpTo(`${heard.follower.epoch(0)}-1`);
    expect(heard.keys).toEqual(['a']);
  });

  it('is reset by an entry that it cannot read', async () => {
    const { direct, heard, log, namespace } = await start();
    await direct.xadd(streamOf(namespace), '0-*', 'b', '{"k":7}');
    await heard.follower.sync();
    expect(heard.resets).toEqual(['lost']);
    expect(heard.errors).toContainEqual(expect.objectContaining({ code: 'ERR_INVALIDATION_UNAVAILABLE' }));
    await heard.follower.caughtUpTo(await log.publish(['after']));
    expect(heard.keys).toEqual(['after']);
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

  it('is reset when the log was deleted and written again while it was away', async () => {
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

  it.each([
    ['its state', (direct: Redis, namespace: string) => direct.del(stateOf(namespace))],
    ['everything', (direct: Redis) => direct.flushall()],
  ])('is reset as lost when Redis lost %s, and hears what comes next', async (_what, lose) => {
    const { direct, log, heard, namespace } = await start();
    await heard.follower.caughtUpTo(await log.publish(['before']));
    await lose(direct, namespace);
    await heard.follower.caughtUpTo(await log.publish(['after']));
    await untilUpToDate(heard);
    expect(heard.resets).toEqual(['lost']);
    await heard.follower.caughtUpTo(await log.publish(['more']));
    expect(heard.keys.at(-1)).toBe('more');
  });

  it('hears through the log alone while it may not subscribe', async () => {
    const namespace = redis.namespace();
    const admin = redis.connect();
    await admin.call('ACL', 'SETUSER', 'deaf', 'on', 'nopass', '~*', '+@all', 'resetchannels');
    const deaf = redis.connect(undefined, { username: 'deaf', password: 'x' });
    const distant = createRedisLog({ client: deaf, namespace });
    onTestFinished(() => distant.close());
    const heard = record(distant);
    await heard.follower.ready;
    const log = createRedisLog({ client: admin, namespace });
    await log.publish(['a']);
    await untilUpToDate(heard);
    expect(heard.keys).toEqual(['a']);
    expect(heard.errors).toContainEqual(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringContaining('NOPERM') }) }),
    );
  });

  it('replaces a connection on which pushes do not come while it reads what should have been pushed', async () => {
    const proxy = await startFaultProxy({ to: redis.server });
    onTestFinished(() => proxy.close());
    const namespace = redis.namespace();
    const client = redis.connect();
    // Only the second connection goes through the proxy.
    const behind: RedisClient = {
      call: (command, ...args) => client.call(command, ...args),
      callBuffer: (command, ...args) => client.callBuffer(command, ...args),
      duplicate() {
        made++;
        return redis.connect(proxy.port);
      },
    };
    let made = 0;
    const log = createRedisLog({ client: behind, namespace });
    onTestFinished(() => log.close());
    const heard = record(log, { heartbeatMs: 50 });
    await heard.follower.ready;
    await heard.follower.caughtUpTo(await log.publish(['pushed']));
    expect(made).toBe(1);
    proxy.halfOpen();
    for (const key of names(5)) {
      await log.publish([key]);
      await untilUpToDate(heard);
    }
    expect(heard.keys).toEqual(['pushed', ...names(5)]);
    expect(made).toBeGreaterThan(1);
    expect(heard.resets).toEqual([]);
  });

  it('makes a connection of its own when the client it was given hangs', async () => {
    const proxy = await startFaultProxy({ to: redis.server });
    onTestFinished(() => proxy.close());
    const namespace = redis.namespace();
    const hanging = redis.connect(proxy.port);
    await hanging.ping();
    const behind: RedisClient = {
      call: (command, ...args) => hanging.call(command, ...args),
      callBuffer: (command, ...args) => hanging.callBuffer(command, ...args),
      duplicate: () => redis.connect(),
    };
    const distant = createRedisLog({ client: behind, namespace, timeoutMs: 100 });
    onTestFinished(() => distant.close());
    const heard = record(distant, { heartbeatMs: 50 });
    await heard.follower.ready;
    proxy.halfOpen();
    await expect.poll(() => heard.errors.length).toBeGreaterThan(1);
    await untilUpToDate(heard);
    const log = createRedisLog({ client: redis.connect(), namespace });
    await heard.follower.caughtUpTo(await log.publish(['a']));
    expect(heard.keys).toEqual(['a']);
    expect(heard.resets).toEqual([]);
  });

  it('catches up over a network on which what it asks for comes too late', async () => {
    const { proxy, log, heard } = await start();
    proxy.halfOpen();
    for (const key of names(60)) await log.publish([key + 'x'.repeat(20_000)]);
    await proxy.heal();
    // In the 300 ms that a read may take, a third of it comes through.
    proxy.throttle({ bytesPerSecond: 1_300_000 });
    await expect.poll(() => heard.keys.length, { timeout: 14_000 }).toBe(60);
    expect(heard.resets).toEqual([]);
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
