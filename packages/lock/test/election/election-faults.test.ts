import { describe, expect, it } from 'vitest';

import type { RevokeReason } from '../../src/index.ts';
import { createElectionSpace, untilStopped } from './election-space.ts';

const ttlMs = 6000;

describe('a leader', () => {
  it('that reaches nobody is told to stop a margin before others can lead, and leads again after', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    await using b = process();
    const revoked: [RevokeReason, number][] = [];
    const first = a.locks.elect('job', {
      ttlMs,
      onElected: untilStopped,
      onRevoked: (_, reason) => revoked.push([reason, clock.monotonic()]),
    });
    const startedAt: number[] = [];
    const second = b.locks.elect('job', {
      ttlMs,
      onElected: (leadership) => {
        startedAt.push(clock.monotonic());
        return untilStopped(leadership);
      },
    });
    await clock.advance(2100);
    a.cut();
    for (let i = 0; i < 700; i++) {
      await clock.advance(10);
      expect(first.isLeader() && second.isLeader()).toBe(false);
    }
    expect(second.isLeader()).toBe(true);
    expect(revoked).toEqual([['lost', expect.any(Number)]]);
    const marginMs = startedAt[0]! - revoked[0]![1];
    expect(marginMs).toBeGreaterThanOrEqual(ttlMs / 6);
    expect(marginMs).toBeLessThan(ttlMs / 6 + ttlMs / 50 + 25);
    a.heal();
    await clock.advance(1000);
    await second.close();
    await clock.advance(0);
    expect(first.isLeader()).toBe(true);
  });

  it('that reaches nobody hears of it by its signal, though it never looks', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const stoppedAt: number[] = [];
    a.locks.elect('job', {
      ttlMs,
      onElected: async (leadership) => {
        await untilStopped(leadership);
        stoppedAt.push(clock.monotonic());
      },
    });
    await clock.advance(0);
    const from = clock.monotonic();
    a.cut();
    await clock.advance(ttlMs);
    const [at] = stoppedAt;
    expect(at! - from).toBeGreaterThan(ttlMs / 2);
    expect(at! - from).toBeLessThanOrEqual(ttlMs - ttlMs / 6);
    a.heal();
  });

  it('that was stopped for long does not lead at the first look, before any timer', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const election = a.locks.elect('job', { ttlMs, onElected: untilStopped });
    await clock.advance(100);
    const { signal, assertHeld } = election.leadership!;
    clock.freeze(ttlMs - ttlMs / 6);
    expect(election.isLeader()).toBe(false);
    expect(signal.aborted).toBe(true);
    expect(assertHeld).toThrow(expect.objectContaining({ code: 'ERR_LOCK_LOST' }));
  });

  it('whose machine was suspended does not lead at the first look', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const election = a.locks.elect('job', { ttlMs, onElected: untilStopped });
    await clock.advance(100);
    const { signal } = election.leadership!;
    clock.stepWall(ttlMs);
    expect(() => signal.throwIfAborted()).toThrow(expect.objectContaining({ code: 'ERR_LOCK_LOST' }));
  });

  it('that was late once does not lead again under the same term, though its lease be renewed', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    let finish = (): void => undefined;
    const election = a.locks.elect('job', { ttlMs, onElected: () => new Promise<void>((done) => (finish = done)) });
    await clock.advance(100);
    clock.freeze(ttlMs - ttlMs / 10 - 100);
    expect(election.isLeader()).toBe(false);
    await clock.advance(ttlMs);
    expect(election.isLeader()).toBe(false);
    finish();
    await clock.advance(10);
    expect(election.leadership?.term).toBe(2);
  });

  it('that is cut off when its turn comes does not begin', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    await using b = process();
    let begun = 0;
    let told = 0;
    const first = a.locks.elect('job', { ttlMs, onElected: untilStopped });
    await clock.advance(0);
    b.locks.elect('job', { ttlMs, onElected: () => begun++ }).on('elected', () => told++);
    await clock.advance(0);
    const closed = first.close();
    b.cut();
    await clock.advance(ttlMs);
    await closed;
    expect([begun, told]).toEqual([0, 0]);
    b.heal();
    await clock.advance(2000);
    expect(begun).toBeGreaterThan(0);
  });
});
