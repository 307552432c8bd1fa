import { clusterSlot } from '@lockstep/testing';
import { describe, expect, it, vi } from 'vitest';

import { createSlotSubscription, type SlotSubscription } from '../../src/driver/redis/slot-subscription.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createFakeCluster, type FakeCluster } from './fake-cluster.ts';

interface Setup {
  readonly cluster: FakeCluster;
  readonly clock: ManualClock;
  readonly subscription: SlotSubscription;
  readonly pushed: string[];
  readonly onListening: () => void;
  readonly onUnsupported: () => void;
  readonly errors: Error[];
}

function setup(): Setup {
  const clock = createManualClock();
  const cluster = createFakeCluster(['x:1', 'x:2']);
  const pushed: string[] = [];
  const errors: Error[] = [];
  const [onListening, onUnsupported] = [vi.fn<() => void>(), vi.fn<() => void>()];
  const subscription = createSlotSubscription({
    client: cluster.client,
    clock,
    random: () => 0,
    pingMs: 250,
    onPush: (message) => void pushed.push(message),
    onListening,
    onUnsupported,
    onError: (error) => void errors.push(error),
  });
  return { cluster, clock, subscription, pushed, onListening, onUnsupported, errors };
}

/** In the first half of the slots, which the first master has, and in the second. */
const [one, another] = ['p:{a}', 'p:{b}'].toSorted((a, b) => clusterSlot(a) - clusterSlot(b)) as [string, string];

describe('what is listened to in the slots of a Cluster', () => {
  it('takes a connection to each master that has one of them, and none before', async () => {
    const { cluster, subscription } = setup();
    expect(cluster.open()).toEqual([]);
    await expect(subscription.ensure(one, 100)).resolves.toBe(true);
    await subscription.ensure(one, 100);
    expect(cluster.open()).toEqual(['x:1']);
    await subscription.ensure(another, 100);
    expect(cluster.open()).toEqual(['x:1', 'x:2']);
    expect([subscription.isListeningTo(one), subscription.isListeningTo('p:{c}')]).toEqual([true, false]);
    subscription.close();
    expect(cluster.open()).toEqual([]);
  });

  it('is heard, and what is not for anybody here is not', async () => {
    const { cluster, subscription, pushed } = setup();
    await subscription.ensure(one, 100);
    cluster.last('x:1').emit('smessage', one, 'yes');
    cluster.last('x:1').emit('smessage', another, 'no');
    expect(pushed).toEqual(['yes']);
  });

  it('is kept for ten seconds after the last one who waits, and as long as somebody does', async () => {
    const { cluster, clock, subscription } = setup();
    await subscription.ensure(one, 100);
    subscription.waits(one, 'a');
    await subscription.ensure(another, 100);
    await clock.advance(11_000);
    expect(cluster.open()).toEqual(['x:1']);
    subscription.left(one, 'a');
    await clock.advance(9000);
    expect(cluster.open()).toEqual(['x:1']);
    await clock.advance(2000);
    expect(cluster.open()).toEqual([]);
  });

  it('is not more than a thousand where nobody waits', async () => {
    const { cluster, clock, subscription } = setup();
    for (let i = 0; i < 1002; i++) await subscription.ensure(`p:{${i}}`, 100);
    await clock.advance(1);
    expect(subscription.isListeningTo('p:{1}')).toBe(false);
    expect(subscription.isListeningTo('p:{2}')).toBe(true);
    expect(cluster.heard('sunsubscribe')).toEqual(['p:{0}', 'p:{1}']);
  });

  it('is as many as are waited for, also when all of them are waited for at once', async () => {
    const { clock, subscription } = setup();
    const names = Array.from({ length: 1500 }, (_, i) => `p:{${i}}`);
    const listening = (): string[] => names.filter((name) => subscription.isListeningTo(name));
    const ensured = names.map(async (name) => {
      const isUp = await subscription.ensure(name, 100);
      subscription.waits(name, 'a');
      return isUp;
    });
    await expect(Promise.all(ensured)).resolves.not.toContain(false);
    await clock.advance(20_000);
    expect(listening()).toEqual(names);
    for (const name of names) subscription.left(name, 'a');
    await clock.advance(1);
    expect(listening()).toEqual(names.slice(500));
  });

  it('goes where a node says that the slot is', async () => {
    const { cluster, clock, subscription, errors } = setup();
    cluster.refuse('x:1', `MOVED ${clusterSlot(one)} x:2`);
    const ensured = subscription.ensure(one, 1000);
    await clock.advance(50);
    await expect(ensured).resolves.toBe(true);
    expect(cluster.last('x:2').channels).toContain(one);
    expect([cluster.lookups(), errors]).toEqual([1, []]);
  });

  it('is asked for again when a node says that one of its slots has gone', async () => {
    const { cluster, clock, subscription, onListening } = setup();
    await subscription.ensure(one, 100);
    expect(onListening).not.toHaveBeenCalled();
    cluster.refuse('x:1', `MOVED ${clusterSlot(one)} x:2`);
    cluster.last('x:1').emit('moved');
    await clock.advance(100);
    expect(cluster.last('x:2').channels).toContain(one);
    expect(onListening).toHaveBeenCalledOnce();
  });

  it('goes to the new master when the old one has become a replica, which says nothing', async () => {
    const { cluster, clock, subscription, onListening } = setup();
    await subscription.ensure(one, 100);
    subscription.waits(one, 'a');
    cluster.know(['x:2', 'x:1']);
    await clock.advance(500);
    expect(cluster.open()).toEqual(['x:2']);
    expect(cluster.last('x:2').channels).toContain(one);
    expect(onListening).toHaveBeenCalledOnce();
  });

  it('does not count as heard at the new master because the old one accepted it late', async () => {
    const { cluster, clock, subscription, onListening } = setup();
    const [accept, acceptAnew] = [cluster.hold('x:1'), cluster.hold('x:2')];
    const ensured = subscription.ensure(one, 1000);
    cluster.know(['x:2', 'x:1']);
    cluster.last('x:1').emit('moved');
    accept();
    await ensured;
    await clock.advance(100);
    expect(cluster.open()).toEqual(['x:2']);
    expect(subscription.isListeningTo(one)).toBe(false);
    acceptAnew();
    await clock.advance(100);
    expect(subscription.isListeningTo(one)).toBe(true);
    expect(onListening).toHaveBeenCalledOnce();
  });

  it.each([
    ['is closed', (cluster: FakeCluster) => cluster.last('x:1').emit('close')],
    ['has lost the order of its replies', (cluster: FakeCluster) => cluster.last('x:1').emit('error', new Error('x'))],
    ['is silent', (cluster: FakeCluster) => cluster.silence('x:1')],
  ])('is listened to again, over another connection, when one %s, and that is told once', async (_, happen) => {
    const { cluster, clock, subscription, onListening } = setup();
    const names = Array.from({ length: 20 }, (_unused, i) => `p:{${i}}`).filter((name) => clusterSlot(name) < 8192);
    for (const name of names) await subscription.ensure(name, 100);
    for (const name of names) subscription.waits(name, 'a');
    happen(cluster);
    await clock.advance(3000);
    expect(cluster.open()).toEqual(['x:1']);
    expect([...cluster.last('x:1').channels].toSorted()).toEqual(names.toSorted());
    expect(onListening).toHaveBeenCalledOnce();
  });

  it('is asked for over another connection when the first is accepted and never answered', async () => {
    const { cluster, clock, subscription } = setup();
    cluster.silenceNext('x:1');
    const ensured = subscription.ensure(one, 3000);
    await clock.advance(999);
    expect(subscription.isListeningTo(one)).toBe(false);
    await clock.advance(100);
    await expect(ensured).resolves.toBe(true);
    expect(cluster.open()).toEqual(['x:1']);
  });

  it('is tried again while no master is known, and told of when it comes too late', async () => {
    const { cluster, clock, subscription, onListening } = setup();
    cluster.forget();
    const ensured = subscription.ensure(one, 500);
    await clock.advance(600);
    await expect(ensured).resolves.toBe(false);
    cluster.know(['x:2', 'x:2']);
    await clock.advance(1000);
    expect(subscription.isListeningTo(one)).toBe(true);
    expect(onListening).toHaveBeenCalledOnce();
  });

  it.each(["ERR unknown command 'ssubscribe'", 'NOPERM this user has no permissions'])(
    'is given up where a node says: %s',
    async (answer) => {
      const { cluster, subscription, onUnsupported } = setup();
      cluster.refuse('x:1', answer);
      await expect(subscription.ensure(one, 1000)).resolves.toBe(false);
      expect(onUnsupported).toHaveBeenCalledOnce();
      expect(cluster.open()).toEqual([]);
      await expect(subscription.ensure(another, 1000)).resolves.toBe(false);
    },
  );

  it('reports any other refusal, once however many there are, and tries again', async () => {
    const { cluster, clock, subscription, errors } = setup();
    cluster.refuse('x:1', 'CLUSTERDOWN');
    cluster.refuse('x:2', 'CLUSTERDOWN');
    const ensured = [one, another].map((name) => subscription.ensure(name, 1000));
    await clock.advance(5);
    cluster.refuse('x:1', undefined);
    cluster.refuse('x:2', undefined);
    await clock.advance(100);
    await expect(Promise.all(ensured)).resolves.toEqual([true, true]);
    expect(errors).toMatchObject([{ code: 'ERR_LOCK_UNAVAILABLE' }]);
  });
});
