import { systemClock } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { guardShared } from '../../src/shared/guarded-store.ts';
import { redisTier } from '../../src/shared/redis-tier.ts';
import { setupRedis, silentLog } from './redis-lab.ts';
import { bound, claimBound, openSession, put, textAt, tokenFor, fillOf } from '../../src/conformance/tier-session.ts';

const redis = setupRedis();

describe('redisTier() while Redis fails', () => {
  it.for([
    ['hears of its connection', false],
    ['is told nothing of it', true],
  ] as const)('believes no value of an old snapshot before the log has seen the restart: %s', async ([, isSilent]) => {
    const client = redis.connect();
    const log = redis.log({ client });
    const first = await openSession(log, redisTier());
    const epoch = first.follower.epoch(0);
    const known = { epoch: () => epoch, sequence: () => 0 };
    const store = redisTier().open({
      log: isSilent ? silentLog(log) : log,
      follower: known,
      clock: systemClock,
      random: Math.random,
      onError: () => undefined,
    });
    await put(first, 'k', '"old"');
    expect((await store.get('k', bound))!.bytes).toBe('"old"');
    await client.call('SAVE');
    await first.invalidate('k');
    await first.follower.close();
    await redis.server.kill();
    await redis.server.restart();
    const raw = await redis.connect().get(log.keys.value('k'));
    expect(raw).toContain('"old"');
    expect(await store.get('k', bound)).toBeUndefined();
    expect(await store.getMany(['k', 'j'], bound)).toEqual([undefined, undefined]);
    expect(await store.claim('k', claimBound)).toEqual({ kind: 'fenced' });
    const after = await openSession(log, redisTier());
    expect(after.follower.epoch(0)).not.toBe(epoch);
    expect(await textAt(after, 'k')).toBeUndefined();
    expect(await put(after, 'k', '"new"')).toBe(true);
    expect(await textAt(after, 'k')).toBe('"new"');
  });

  it('believes no answer to a read that was sent again to a Redis with an old snapshot', async () => {
    const client = redis.connect();
    const log = redis.log({ client });
    const session = await openSession(log, redisTier());
    await put(session, 'k', '"old"');
    expect(await textAt(session, 'k')).toBe('"old"');
    await client.call('SAVE');
    await session.invalidate('k');
    await session.follower.close();
    const epoch = session.follower.epoch(0);
    const store = redisTier().open({
      log,
      follower: { epoch: () => epoch, sequence: () => 0 },
      clock: systemClock,
      random: Math.random,
      onError: () => undefined,
    });
    expect(await store.get('k', bound)).toBeUndefined();
    await redis.server.freeze();
    const read = store.get('k', bound);
    const raw = client.get(log.keys.value('k'));
    await redis.server.kill();
    await redis.server.restart();
    expect(await raw).toContain('"old"');
    expect(await read).toBeUndefined();
  });

  it('refuses what was loaded before a restart that lost everything', async () => {
    const log = redis.log();
    const session = await openSession(log, redisTier());
    const token = await tokenFor(session, 'k');
    const epoch = session.follower.epoch(0);
    await redis.server.kill();
    await redis.server.restart({ keepData: false });
    await expect.poll(() => session.follower.epoch(0)).not.toBe(epoch);
    expect(await session.store.fill('k', token, fillOf(session, '1'), bound)).toBe(false);
    expect(await textAt(session, 'k')).toBeUndefined();
    expect(await put(session, 'k', '2')).toBe(true);
  });

  it('misses within its time while Redis is frozen, stops asking, and comes back by itself', async () => {
    const session = await openSession(redis.log(), redisTier());
    const store = guardShared(session.store, {
      clock: systemClock,
      random: Math.random,
      onError: (error) => void session.errors.push(error),
      openAfter: 3,
      maxProbeMs: 200,
    });
    await put(session, 'k', '1');
    await redis.server.freeze();
    const short = { timeoutMs: 50 };
    expect(await store.get('k', short)).toBeUndefined();
    expect(await store.claim('k', { ...short, leaseMs: 1000 })).toEqual({ kind: 'claimed', token: '' });
    expect(await store.fill('k', '', fillOf(session, '2'), short)).toBe(true);
    expect(await store.getMany(['k', 'j'], short)).toEqual([undefined, undefined]);
    expect(store.state).toBe('open');
    expect(await store.isTagFresh({ tags: ['t'], tagEpoch: 'x', tagSequence: 0 }, short)).toBe(false);
    await expect(store.fence(['j'], { ...short, id: 'w', ttlMs: 1000 })).rejects.toMatchObject({
      code: 'ERR_CACHE_SHARED_UNAVAILABLE',
    });
    await redis.server.thaw();
    await expect.poll(async () => (await store.get('k', bound))?.bytes).toBe('1');
    expect(store.state).toBe('ok');
    expect(session.errors).toMatchObject([{ code: 'ERR_CACHE_SHARED_UNAVAILABLE' }]);
  });

  it('gives a claim back that came too late for its caller', async () => {
    const session = await openSession(redis.log(), redisTier());
    const store = guardShared(session.store, { clock: systemClock, random: Math.random, onError: () => undefined });
    await redis.server.freeze();
    expect(await store.claim('k', { timeoutMs: 50, leaseMs: 600_000 })).toEqual({ kind: 'claimed', token: '' });
    await redis.server.thaw();
    await expect.poll(() => session.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
  });
});
