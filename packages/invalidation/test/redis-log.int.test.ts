import { checkLeaks } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { createCoherentMap, createRedisLog } from '../src/index.ts';
import { record } from './recorder.ts';
import { setupRedis, stateOf, streamOf } from './redis-setup.ts';

const redis = setupRedis();

describe('createRedisLog', () => {
  it('packs the publishes of one turn into one entry', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace });
    const ids = await Promise.all([log.publish(['a']), log.publish(['b', 'c']), log.publish(['d'])]);
    expect(new Set(ids).size).toBe(1);
    expect(await client.xrange(streamOf(namespace), '-', '+')).toEqual([['0-1', ['b', '{"k":["a","b","c","d"]}']]]);
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

  it('forgets entries that are older than it is told to keep them', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace, maxAgeMs: 200 });
    const { follower, resets } = record(log, { heartbeatMs: 20 });
    await follower.ready;
    for (let i = 0; i < 10; i++) await log.publish([`key:${i}`]);
    await expect.poll(() => client.xlen(streamOf(namespace))).toBe(0);
    await follower.caughtUpTo(await log.publish(['young']));
    expect(await client.xlen(streamOf(namespace))).toBe(1);
    expect(resets).toEqual([]);
    const late = record(log, { from: `${follower.epoch(0)}-3` });
    await late.follower.ready;
    expect(late.resets).toEqual(['trimmed']);
  });

  it('drops the shared values of what it invalidates, once there are any', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace, shards: 4 });
    const binary = Buffer.from([0xff, 0xfe]);
    const tag = `{lockstep:${namespace}:${log.shardOf('a')}}`;
    const fill = () => client.mset(log.keys.value('a'), 'v', log.keys.claim('a'), 't', log.keys.value('b'), 'w');
    const held = () => client.exists(log.keys.value('a'), log.keys.claim('a'), log.keys.value('b'));
    expect(log.keys.value('a')).toBe(`${tag}:d:a`);
    await log.publish(['a', 'b', binary]);
    await fill();
    await log.publish(['a']);
    expect(await held()).toBe(3);
    for (let shard = 0; shard < 4; shard++) await client.hset(log.keys.state(shard), 'v', '1');
    // The log does not know of it yet, and learns it by its own publish.
    await log.publish(['a']);
    expect(await held()).toBe(1);
    await fill();
    await log.publish(['a', 'b', binary]);
    expect(await held()).toBe(0);
  });

  it('notes when a tag was last invalidated', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace, shards: 4, tagTtlMs: 50_000 });
    await log.publish(['a', 'b', 'c', 'd'], { tags: ['org:7'] });
    const epoch = await client.hget(log.keys.state(0), 'e');
    expect(await client.get(log.keys.tag('org:7'))).toBe(`${epoch}:1`);
    expect(await client.pttl(log.keys.tag('org:7'))).toBeGreaterThan(40_000);
  });

  it('forgets followers that have been silent for an hour, and those that leave', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace });
    await client.hset(stateOf(namespace), 'f:gone', `aaaaaaaa:5:2000:${Date.now() - 3_700_000}`, 'f:odd', 'x');
    await client.hset(stateOf(namespace), 'f:quiet', `aaaaaaaa:5:2000:${Date.now() - 3_000_000}`);
    const { follower } = record(log, { leaseMs: 1000 });
    await follower.ready;
    const names = (await client.hkeys(stateOf(namespace))).filter((name) => name.startsWith('f:'));
    expect(names).toHaveLength(2);
    expect(names).toContain('f:quiet');
    await follower.close();
    expect(await client.hkeys(stateOf(namespace))).toContain('f:quiet');
    expect((await client.hkeys(stateOf(namespace))).filter((name) => name.startsWith('f:'))).toHaveLength(1);
  });

  it('refuses a lease that its publishers would not wait for', () => {
    const log = createRedisLog({ client: redis.connect(), namespace: redis.namespace(), maxLeaseMs: 1000 });
    expect(() => record(log, { leaseMs: 1001 })).toThrow('leaseMs must be at most the maxLeaseMs of the log (1000)');
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
    await client.set(stateOf(namespace), 'not a hash');
    const log = createRedisLog({ client, namespace });
    await expect(log.publish(['a'])).rejects.toMatchObject({
      code: 'ERR_INVALIDATION_UNAVAILABLE',
      cause: { message: expect.stringContaining('WRONGTYPE') },
    });
    const { follower, errors } = record(log);
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatchObject({ code: 'ERR_INVALIDATION_UNAVAILABLE' });
    await client.del(stateOf(namespace));
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

  it.each([
    [{ namespace: '' }, 'namespace must not be empty'],
    [{ namespace: 'n', maxEntries: 1.5 }, 'maxEntries must be a positive integer, got 1.5'],
    [{ namespace: 'n', timeoutMs: 0 }, 'timeoutMs must be positive, got 0'],
    [{ namespace: 'a}b' }, 'namespace must not contain braces'],
    [{ namespace: 'n', shards: 0 }, 'shards must be a positive integer, got 0'],
    [{ namespace: 'n', shards: 1025 }, 'shards must be at most 1024, got 1025'],
    [{ namespace: 'n', maxAgeMs: 0.5 }, 'maxAgeMs must be a positive integer, got 0.5'],
    [{ namespace: 'n', maxLeaseMs: -1 }, 'maxLeaseMs must be positive, got -1'],
    [{ namespace: 'n', onFailover: 'hope' as 'trust' }, `onFailover must be 'flush' or 'trust', got "hope"`],
  ])('refuses %j', (options, message) => {
    expect(() => createRedisLog({ client: redis.connect(), ...options })).toThrow(message);
  });
});
