import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { startFaultProxy } from '@lockstep/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog, type FollowerGapMessage } from '../../src/index.ts';
import { record } from '../recorder.ts';
import { setupRedis, stateOf } from '../redis-setup.ts';

const redis = setupRedis();

describe('the statistics of a follower', () => {
  it('count what came by push and what was asked for', async () => {
    const client = redis.connect();
    const log = createRedisLog({ client, namespace: redis.namespace() });
    onTestFinished(() => log.close());
    for (let i = 0; i < 5; i++) await log.publish([`early:${i}`]);
    const { follower } = record(log, { from: '0-0', heartbeatMs: 60_000 });
    await follower.ready;
    expect(follower.stats()).toMatchObject({ entries: 5, replayed: 5, lagEntries: 0, lagMs: 0 });
    // Its subscription may still be under way: then one more is asked for.
    await follower.caughtUpTo(await log.publish(['late']));
    expect(follower.stats().entries).toBe(6);
    expect(follower.stats()).toMatchObject({ gaps: 0, readsFailed: 0, resets: { trimmed: 0, lost: 0, cleared: 0 } });
  });

  it('count a push that did not fit, and tell of it', async () => {
    const client = redis.connect();
    const namespace = redis.namespace();
    const log = createRedisLog({ client, namespace });
    onTestFinished(() => log.close());
    const messages: FollowerGapMessage[] = [];
    const listen = (message: unknown): void => void messages.push(message as FollowerGapMessage);
    subscribe('lockstep:invalidation:gap', listen);
    onTestFinished(() => void unsubscribe('lockstep:invalidation:gap', listen));
    const { follower, keys } = record(log, { heartbeatMs: 60_000 });
    await follower.ready;
    const channel = `{lockstep:${namespace}}:push`;
    await expect.poll(() => client.call('PUBSUB', 'NUMSUB', channel)).toEqual([channel, 1]);
    await follower.sync();
    await log.publish(['a']);
    await expect.poll(() => keys).toEqual(['a']);
    const heard = { epoch: follower.epoch(0), sequence: follower.sequence(0) };
    const pushed = { epoch: heard.epoch, sequence: heard.sequence + 2 };
    // The push of the second entry overtakes the first.
    await client.publish(channel, `${pushed.epoch} ${pushed.sequence} {"k":["c"]}`);
    await expect.poll(() => follower.stats().gaps).toBe(1);
    expect(messages).toEqual([{ namespace, shard: 0, heard, pushed }]);
    for (const key of ['b', 'c']) await log.publish([key]);
    await expect.poll(() => keys).toEqual(['a', 'b', 'c']);
  });

  it('count questions that failed, the time without a lease, and resets by reason', async () => {
    const proxy = await startFaultProxy({ to: redis.server });
    onTestFinished(() => proxy.close());
    const namespace = redis.namespace();
    const log = createRedisLog({ client: redis.connect(proxy.port), namespace, timeoutMs: 100 });
    onTestFinished(() => log.close());
    const { follower } = record(log, { leaseMs: 1000, heartbeatMs: 50 });
    await follower.ready;
    const before = follower.stats();
    expect(before).toMatchObject({ leasesLost: 0, leaseLostMs: 0 });
    proxy.halfOpen();
    await expect.poll(() => follower.stats().leaseLostMs).toBeGreaterThan(50);
    expect(follower.stats()).toMatchObject({ leasesLost: 1 });
    expect(follower.stats().readsFailed).toBeGreaterThan(0);
    await proxy.heal();
    await follower.sync();
    const { leaseLostMs } = follower.stats();
    await redis.connect().del(stateOf(namespace));
    await follower.sync();
    expect(follower.stats()).toMatchObject({ resets: { lost: 1, cleared: 0, trimmed: 0 } });
    await follower.caughtUpTo(await log.clear());
    expect(follower.stats().resets.cleared).toBe(1);
    expect(leaseLostMs).toBeGreaterThan(50);
  });
});
