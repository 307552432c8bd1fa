import { createMemoryLog } from '@lockstep/invalidation';
import { describe, expect, it } from 'vitest';

import { redisTier } from '../../src/shared/redis-tier.ts';
import { setupRedis, silentLog } from './redis-lab.ts';
import { describeSharedTier } from './shared-conformance.ts';
import { bound, openSession, put, textAt } from '../../src/conformance/tier-session.ts';

const redis = setupRedis();

const plant = async (key: string, bytes: string): Promise<void> => {
  await redis.connect().set(redis.log().keys.value(key), bytes);
};

const knowsTags = true;

describeSharedTier('redisTier()', { open: () => ({ log: redis.log(), tier: redisTier() }), plant, knowsTags });

describeSharedTier('redisTier() over 4 shards', {
  open: () => ({ log: redis.log({ shards: 4 }), tier: redisTier() }),
  knowsTags,
  plant: async (key, bytes) => {
    await redis.connect().set(redis.log({ shards: 4 }).keys.value(key), bytes);
  },
});

describeSharedTier('redisTier() over a client that tells nothing of its connection', {
  open: () => ({ log: silentLog(redis.log()), tier: redisTier() }),
  knowsTags,
  plant,
});

describe('redisTier()', () => {
  it('reads by one command what is asked for together, and by a plain GET what is not', async () => {
    const client = redis.connect();
    const session = await openSession(redis.log({ client }), redisTier());
    await Promise.all(['a', 'b', 'c'].map((key) => put(session, key, `"${key}"`)));
    await textAt(session, 'a');
    await client.call('CONFIG', 'RESETSTAT');
    expect(await Promise.all(['a', 'b', 'c'].map((key) => textAt(session, key)))).toEqual(['"a"', '"b"', '"c"']);
    await textAt(session, 'a');
    const stats = String(await client.call('INFO', 'commandstats'));
    expect(stats).toMatch(/cmdstat_mget:calls=1,/);
    expect(stats).toMatch(/cmdstat_get:calls=1,/);
    expect(stats).not.toMatch(/cmdstat_hmget/);
  });

  it('keeps nothing and reads nothing while this process does not know the epoch, or knows another', async () => {
    const log = redis.log();
    const session = await openSession(log, redisTier());
    await put(session, 'k', '1');
    const early = await openSession(log, redisTier(), { follower: { epoch: () => '', sequence: () => 0 } });
    expect(await textAt(early, 'k')).toBeUndefined();
    expect(await early.store.claim('k', { ...bound, leaseMs: 1000 })).toMatchObject({ kind: 'hit' });
    const behind = await openSession(log, redisTier(), { follower: { epoch: () => '0ld0ld00', sequence: () => 0 } });
    expect(await textAt(behind, 'k')).toBeUndefined();
    expect(await behind.store.claim('k', { ...bound, leaseMs: 1000 })).toEqual({ kind: 'fenced' });
  });

  it('keeps nothing while Redis has no state', async () => {
    const session = await openSession(redis.log(), redisTier());
    await session.follower.close();
    await redis.connect().flushall();
    expect(await session.store.claim('k', { ...bound, leaseMs: 1000 })).toEqual({ kind: 'fenced' });
  });

  it('counts a tag whose mark was lost as invalidated, when the log cannot tell any more', async () => {
    const log = redis.log();
    const session = await openSession(log, redisTier());
    await put(session, 'k', '1', { tags: ['t'] });
    const value = (await session.store.get('k', bound))!;
    await redis.connect().del(log.keys.tag('t'));
    expect(await session.store.isTagFresh(value, bound)).toBe(true);
    await log.publish([], { tags: ['t'] });
    await redis.connect().del(log.keys.tag('t'));
    expect(await session.store.isTagFresh(value, bound)).toBe(false);
    await redis.connect().del(log.keys.tag('t'));
    await Promise.all(Array.from({ length: 30 }, () => log.publish(['x'])));
    for (let i = 0; i < 250; i++) await log.publish([`other:${i}`]);
    expect(await session.store.isTagFresh({ ...value, tags: ['never'] }, bound)).toBe(false);
    await session.follower.caughtUpTo(await log.publish(['y']));
    const now = { tags: ['never'], tagEpoch: session.follower.epoch(0), tagSequence: session.follower.sequence(0) };
    expect(await session.store.isTagFresh(now, bound)).toBe(true);
  });

  it('goes by the clock of the server, wherever its own stands', async () => {
    const log = redis.log();
    const session = await openSession(log, redisTier());
    const skewed = await openSession(log, redisTier(), {
      clock: {
        now: () => Date.now() - 3_600_000,
        monotonic: () => performance.now(),
        setTimer: () => ({ cancel() {} }),
      },
    });
    await put(session, 'k', '1', { ttlMs: 200, graceMs: 60_000 });
    expect((await skewed.store.get('k', bound))!.freshForMs).toBeLessThanOrEqual(200);
    await expect.poll(async () => (await skewed.store.get('k', bound))!.freshForMs <= 0).toBe(true);
    await put(skewed, 'j', '1', { ttlMs: 60_000 });
    expect((await session.store.get('j', bound))!.freshForMs).toBeGreaterThan(50_000);
  });

  it('refuses a log that is not in Redis, and sizes that make no sense', async () => {
    await using log = createMemoryLog({ namespace: 'm' });
    await expect(openSession(log, redisTier())).rejects.toThrow(/createRedisLog/);
    for (const maxValueBytes of [0, -1, 1.5, Number.NaN]) {
      expect(() => redisTier({ maxValueBytes })).toThrow(/maxValueBytes/);
    }
  });
});
