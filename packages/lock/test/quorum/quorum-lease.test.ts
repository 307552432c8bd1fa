import { describe, expect, it } from 'vitest';

import { createQuorumLocks } from '../../src/index.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createFakeNode, type FakeNode } from './fake-node.ts';

function open(count = 3): { clock: ManualClock; nodes: FakeNode[]; locks: ReturnType<typeof createQuorumLocks> } {
  const clock = createManualClock();
  const nodes = Array.from({ length: count }, () => createFakeNode(clock));
  return { clock, nodes, locks: createQuorumLocks(nodes, { clock, ttlMs: 3000, random: () => 0.5 }) };
}

describe('a quorum lease', () => {
  it('is renewed every third of its period while most nodes answer', async () => {
    const { clock, nodes, locks } = open();
    const lease = (await locks.tryAcquire('k'))!;
    expect(lease.remainingMs()).toBeCloseTo(3000 * 0.99 - 2);
    nodes[2]!.mode = 'hang';
    await clock.advance(60_000);
    expect(lease.isHeld()).toBe(true);
    expect(nodes[0]!.ownerOf('lkq:k')).toBe(lease.owner);
    expect(nodes[0]!.asked).toBeLessThan(65);
    expect(await lease.release()).toBe('released');
    expect(nodes[0]!.ownerOf('lkq:k')).toBeUndefined();
  });

  it('is over by its deadline when most nodes are silent, and tells at once', async () => {
    const { clock, nodes, locks } = open();
    const lease = (await locks.tryAcquire('k'))!;
    let toldAt = 0;
    lease.signal.addEventListener('abort', () => (toldAt = clock.monotonic()));
    const from = clock.monotonic();
    for (const node of nodes.slice(1)) node.mode = 'fail';
    await clock.advance(2960);
    expect(lease.isHeld()).toBe(true);
    await clock.advance(10);
    expect(toldAt - from).toBeCloseTo(2968);
    expect(() => lease.assertHeld()).toThrow('ran out before most nodes renewed it');
    expect(await lease.release()).toBe('lost');
  });

  it('tells at its deadline also when nodes may take longer than that to answer', async () => {
    const { clock, nodes } = open();
    const locks = createQuorumLocks(nodes, { clock, ttlMs: 3000, nodeTimeoutMs: 10_000 });
    const lease = (await locks.tryAcquire('k'))!;
    let toldAt = 0;
    lease.signal.addEventListener('abort', () => (toldAt = clock.monotonic()));
    const from = clock.monotonic();
    for (const node of nodes) node.mode = 'hang';
    await clock.advance(20_000);
    expect(toldAt - from).toBeCloseTo(2968);
  });

  it('knows at the moment of the call that it ran out while the process slept', async () => {
    const { clock, locks } = open();
    const lease = (await locks.tryAcquire('k'))!;
    const { signal } = lease;
    clock.stepWall(3000);
    expect([signal.aborted, lease.isHeld(), lease.remainingMs()]).toEqual([true, false, 0]);
    expect(signal.reason).toMatchObject({ code: 'ERR_LOCK_LOST', key: 'k' });
  });

  it('is lost when another has it on most nodes, and leaves the rest to the other', async () => {
    const { clock, nodes, locks } = open();
    const lease = (await locks.tryAcquire('k'))!;
    for (const node of nodes.slice(1)) node.give('lkq:k', 'other', 60_000);
    await clock.advance(1000);
    expect(lease.isHeld()).toBe(false);
    expect(lease.signal.reason).toMatchObject({ message: expect.stringContaining('with another owner') });
    await clock.advance(0);
    expect(nodes.map((node) => node.ownerOf('lkq:k'))).toEqual([undefined, 'other', 'other']);
  });

  it('is not given when the answers took as long as it would have been good for', async () => {
    const { clock, nodes } = open();
    const locks = createQuorumLocks(nodes, { clock, ttlMs: 3000, nodeTimeoutMs: 10_000 });
    for (const node of nodes) node.mode = 'hang';
    const attempt = locks.tryAcquire('k');
    attempt.catch(() => undefined);
    await clock.advance(2969);
    for (const node of nodes) node.thaw();
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    await clock.advance(0);
    expect(nodes.map((node) => node.ownerOf('lkq:k'))).toEqual([undefined, undefined, undefined]);
  });

  it('counts from before the question was sent, at first and when it is renewed', async () => {
    const { clock, nodes } = open();
    const locks = createQuorumLocks(nodes, { clock, ttlMs: 3000, nodeTimeoutMs: 900 });
    const answerAfter = async (ms: number): Promise<void> => {
      await clock.advance(ms);
      for (const node of nodes) node.thaw();
      await clock.advance(0);
    };
    for (const node of nodes) node.mode = 'mute';
    const attempt = locks.tryAcquire('k');
    await answerAfter(800);
    const lease = (await attempt)!;
    expect(lease.remainingMs()).toBeCloseTo(2968 - 800);
    await clock.advance(900);
    for (const node of nodes) node.mode = 'mute';
    await answerAfter(100 + 700);
    expect(lease.remainingMs()).toBeCloseTo(2968 - 700);
  });

  it('gives back at once what a node granted after the attempt had failed', async () => {
    const { clock, nodes, locks } = open();
    nodes[0]!.mode = 'hang';
    nodes[1]!.give('lkq:k', 'other', 60_000);
    nodes[2]!.give('lkq:k', 'other', 60_000);
    expect(await locks.tryAcquire('k')).toBeUndefined();
    nodes[0]!.thaw();
    await clock.advance(0);
    expect(nodes[0]!.ownerOf('lkq:k')).toBeUndefined();
  });

  it('gives it back also where a node gave it only after it was told to free it', async () => {
    const { clock, nodes, locks } = open();
    for (const node of nodes.slice(1)) node.give('lkq:k', 'other', 60_000);
    nodes[0]!.mode = 'hang';
    const attempt = locks.tryAcquire('k');
    nodes[0]!.mode = 'answer';
    expect(await attempt).toBeUndefined();
    await clock.advance(0);
    nodes[0]!.thaw();
    await clock.advance(0);
    expect(nodes[0]!.ownerOf('lkq:k')).toBeUndefined();
    expect(nodes[0]!.asked).toBe(3);
  });

  it('counts a node that never answers as silent without piling up questions', async () => {
    const { clock, nodes, locks } = open();
    nodes[2]!.mode = 'hang';
    for (let i = 0; i < 600; i++) await (await locks.tryAcquire(`k${i}`))!.release();
    expect(nodes[2]!.asked).toBe(1000);
    nodes[2]!.thaw();
    await clock.advance(100);
    const lease = (await locks.tryAcquire('after'))!;
    await clock.advance(0);
    expect(nodes[2]!.ownerOf('lkq:after')).toBe(lease.owner);
  });
});
