import { checkLeaks } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { createCoherentMap, createRedisLog } from '../src/index.ts';
import { describeInvalidationLog } from './log-conformance.ts';
import { record } from './recorder.ts';
import { setupRedis, streamOf } from './redis-setup.ts';

const redis = setupRedis();

describeInvalidationLog('createRedisLog', () =>
  createRedisLog({ client: redis.connect(), namespace: redis.namespace() }),
);

describe('createRedisLog', () => {
  it('packs the publishes of one turn into one entry', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace });
    const ids = await Promise.all([log.publish(['a']), log.publish(['b', 'c']), log.publish(['d'])]);
    expect(new Set(ids).size).toBe(1);
    expect(await client.xrange(streamOf(namespace), '-', '+')).toEqual([
      [ids[0], ['k', 'a', 'k', 'b', 'k', 'c', 'k', 'd']],
    ]);
  });

  it('starts a new entry where one would grow beyond a thousand keys', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace });
    const { follower, keys } = record(log);
    await follower.ready;
    const hundred = (name: string) => Array.from({ length: 100 }, (_, i) => `${name}:${i}`);
    const published = Array.from({ length: 15 }, (_, i) => hundred(`p${i}`));
    await Promise.all(published.map((each) => log.publish(each)));
    expect(await client.xlen(streamOf(namespace))).toBe(2);
    await expect.poll(() => keys).toEqual(published.flat());
  });

  it('leaves a publish out that was given up before it was sent', async () => {
    const namespace = redis.namespace();
    const log = createRedisLog({ client: redis.connect(), namespace });
    const { follower, keys } = record(log);
    await follower.ready;
    const controller = new AbortController();
    const given = log.publish(['given up'], { signal: controller.signal });
    const kept = log.publish(['kept']);
    controller.abort(new Error('never mind'));
    await expect(given).rejects.toThrow('never mind');
    await kept;
    await expect.poll(() => keys).toEqual(['kept']);
  });

  it('keeps about as many entries as it is told to', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace, maxEntries: 100 });
    for (let i = 0; i < 500; i++) await log.publish([`key:${i}`]);
    const length = await client.xlen(streamOf(namespace));
    expect(length).toBeGreaterThanOrEqual(100);
    expect(length).toBeLessThanOrEqual(200);
  });

  it('catches up with more entries than one read returns', async () => {
    const namespace = redis.namespace();
    const log = createRedisLog({ client: redis.connect(), namespace });
    for (let i = 0; i < 1200; i++) await log.publish([`key:${i}`]);
    const { follower, keys, resets } = record(log, { from: '0-0' });
    await follower.ready;
    expect(keys).toEqual(Array.from({ length: 1200 }, (_, i) => `key:${i}`));
    expect(resets).toEqual([]);
  });

  it('keeps its horizon young while nothing happens', async () => {
    const log = createRedisLog({ client: redis.connect(), namespace: redis.namespace() });
    const { follower } = record(log);
    await follower.ready;
    const ages: number[] = [];
    // It grows, and becomes small again when a heartbeat has gone through.
    await expect
      .poll(() => {
        ages.push(follower.horizonAgeMs());
        return ages.some((age, i) => i > 0 && age < ages[i - 1]!);
      })
      .toBe(true);
  });

  it('rejects with ERR_INVALIDATION_UNAVAILABLE and the cause when Redis refuses the entry', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    await client.set(streamOf(namespace), 'not a stream');
    const log = createRedisLog({ client, namespace });
    await expect(log.publish(['a'])).rejects.toMatchObject({
      code: 'ERR_INVALIDATION_UNAVAILABLE',
      cause: { message: expect.stringContaining('WRONGTYPE') },
    });
    const { follower, errors } = record(log);
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatchObject({ code: 'ERR_INVALIDATION_UNAVAILABLE' });
    await client.del(streamOf(namespace));
    await follower.ready;
  });

  it('closes the connections of its followers and leaves the client open', async () => {
    const client = redis.connect();
    const log = createRedisLog({ client, namespace: redis.namespace() });
    const clients = async () =>
      String(await client.client('LIST'))
        .trim()
        .split('\n').length;
    const before = await clients();
    await Promise.all(Array.from({ length: 3 }, () => record(log).follower.ready));
    expect(await clients()).toBe(before + 3);
    await log.close();
    await expect.poll(clients).toBe(before);
    expect(await client.ping()).toBe('PONG');
  });

  it('leaves no memory, timer or socket behind', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const work = async (): Promise<void> => {
      await using log = createRedisLog({ client, namespace });
      const map = createCoherentMap<string>({ log });
      await map.ready;
      await map.getOrLoad('a', async () => '1');
      await log.publish(['a']);
      await expect.poll(() => map.size).toBe(0);
      await map.close();
    };
    await expect(checkLeaks(work)).resolves.toBeDefined();
  });

  it('works over RESP2 and RESP3', async () => {
    for (const protocol of [2, 3] as const) {
      const client = redis.connect();
      client.options.protocol = protocol;
      const log = createRedisLog({ client: client.duplicate(), namespace: redis.namespace() });
      const { follower, keys, resets } = record(log);
      await follower.ready;
      await log.publish(['a', 'b']);
      await expect.poll(() => keys).toEqual(['a', 'b']);
      expect(resets).toEqual([]);
      await log.close();
    }
  });

  it.each([
    [{ namespace: '' }, 'namespace must not be empty'],
    [{ namespace: 'n', maxEntries: 1.5 }, 'maxEntries must be a positive integer, got 1.5'],
    [{ namespace: 'n', timeoutMs: 0 }, 'timeoutMs must be positive, got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => createRedisLog({ client: redis.connect(), ...options })).toThrow(message);
  });

  it('refuses a heartbeat that Redis would take for "wait forever"', () => {
    const log = createRedisLog({ client: redis.connect(), namespace: redis.namespace() });
    expect(() => record(log, { heartbeatMs: 0 })).toThrow('heartbeatMs must be at least 10, got 0');
  });
});
