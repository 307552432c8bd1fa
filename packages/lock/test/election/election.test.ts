import { describe, expect, it } from 'vitest';

import type { Election, Leadership, RevokeReason } from '../../src/index.ts';
import { createElectionSpace, untilStopped } from './election-space.ts';

const leaders = (...elections: Election[]): boolean[] => elections.map((election) => election.isLeader());

describe('an election', () => {
  it('has one leader, and hands on at once when it resigns or closes', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    await using b = process();
    const terms: [string, number][] = [];
    const onElected = (leadership: Leadership): Promise<void> => {
      terms.push([leadership.id, leadership.term]);
      return untilStopped(leadership);
    };
    const first = a.locks.elect('job', { id: 'a', onElected });
    const second = b.locks.elect('job', { id: 'b', onElected });
    await clock.advance(0);
    expect(leaders(first, second)).toEqual([true, false]);
    const resigned = first.resign();
    await clock.advance(0);
    expect(await resigned).toBe('resigned');
    expect(leaders(first, second)).toEqual([false, true]);
    await clock.advance(1000);
    const closed = second.close();
    await clock.advance(0);
    await closed;
    expect(leaders(first, second)).toEqual([true, false]);
    expect(terms).toEqual([
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ]);
  });

  it('gives the work a token that grows, and what may be taken out of it', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const seen: Leadership[] = [];
    const election = a.locks.elect('job', {
      onElected: (leadership) => {
        const { isLeader, assertHeld, remainingMs } = leadership;
        seen.push(leadership);
        assertHeld();
        expect(isLeader()).toBe(true);
        expect(remainingMs()).toBeGreaterThan(4000);
        expect(remainingMs()).toBeLessThan(5000);
        expect(election.leadership).toBe(leadership);
      },
    });
    await clock.advance(250);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen[1]!.token).toBeGreaterThan(seen[0]!.token);
    expect(seen[1]!.term).toBe(seen[0]!.term + 1);
    expect(() => seen[0]!.assertHeld()).toThrow(expect.objectContaining({ code: 'ERR_LOCK_RESIGNED' }));
    expect(seen[0]!.signal.aborted).toBe(true);
  });

  it('leads for as long as the work goes on, over many periods', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const election = a.locks.elect('job', { ttlMs: 300, onElected: untilStopped });
    for (let i = 0; i < 100; i++) {
      await clock.advance(70);
      expect(election.isLeader()).toBe(true);
    }
    expect(election.leadership?.term).toBe(1);
  });

  it('does not let others lead before work that ignores its signal has ended', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    await using b = process();
    let finish = (): void => undefined;
    const first = a.locks.elect('job', { ttlMs: 300, onElected: () => new Promise<void>((done) => (finish = done)) });
    const second = b.locks.elect('job', { ttlMs: 300, onElected: untilStopped });
    await clock.advance(0);
    const resigned = first.resign({ drainMs: 1000 });
    await clock.advance(1500);
    expect(await resigned).toBe('draining');
    await clock.advance(10_000);
    expect(leaders(first, second)).toEqual([false, false]);
    finish();
    await clock.advance(0);
    expect(leaders(first, second)).toEqual([false, true]);
  });

  it('closes in time when the work never ends, tells so, and keeps others out as long as it lives', async () => {
    const { clock, process } = createElectionSpace();
    const a = process();
    await using b = process();
    const first = a.locks.elect('job', { ttlMs: 300, onElected: () => new Promise(() => undefined) });
    const second = b.locks.elect('job', { ttlMs: 300, onElected: untilStopped });
    await clock.advance(0);
    const closed = first.close({ drainMs: 500 });
    await clock.advance(5000);
    await closed;
    expect(a.errors).toEqual([expect.objectContaining({ code: 'ERR_LOCK_CLOSED' })]);
    expect(leaders(first, second)).toEqual([false, false]);
    const gone = a.locks.close({ drainMs: 10 });
    await clock.advance(400);
    await gone;
    expect(leaders(first, second)).toEqual([false, true]);
  });

  it('steps down when the work fails, lets others lead, and waits longer each time', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const failure = new Error('no database');
    const startedAt: number[] = [];
    const heard: unknown[] = [];
    const revoked: RevokeReason[] = [];
    const election = a.locks.elect('job', {
      backoff: { minMs: 100, maxMs: 1000 },
      onElected: () => {
        startedAt.push(clock.monotonic());
        throw failure;
      },
      onRevoked: (_, reason) => revoked.push(reason),
      onError: (error) => heard.push(error),
    });
    await clock.advance(10_000);
    const gaps = startedAt.slice(1).map((at, i) => at - startedAt[i]!);
    expect(gaps.slice(0, 5)).toEqual([75, 150, 300, 600, 750]);
    expect(heard[0]).toBe(failure);
    expect(revoked[0]).toBe('failed');
    await using b = process();
    const other = b.locks.elect('job', { onElected: untilStopped });
    await clock.advance(0);
    expect(leaders(election, other)).toEqual([false, true]);
  });

  it('takes no work for failed that only says that it was told to stop', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const revoked: RevokeReason[] = [];
    const election = a.locks.elect('job', {
      onElected: async (leadership) => {
        await untilStopped(leadership);
        if (leadership.term === 1) throw new Error('AbortError', { cause: leadership.signal.reason });
        leadership.signal.throwIfAborted();
      },
      onRevoked: (_, reason) => revoked.push(reason),
    });
    for (let i = 0; i < 2; i++) {
      await clock.advance(200);
      void election.resign();
    }
    await clock.advance(200);
    expect(revoked).toEqual(['resigned', 'resigned']);
    expect(election.leadership?.term).toBe(3);
    expect(a.errors).toEqual([]);
  });

  it('ends with the locks, and begins no more after them', async () => {
    const { clock, process } = createElectionSpace();
    const a = process();
    const revoked: RevokeReason[] = [];
    const election = a.locks.elect('job', { onElected: untilStopped, onRevoked: (_, reason) => revoked.push(reason) });
    await clock.advance(0);
    expect(election.isLeader()).toBe(true);
    await a[Symbol.asyncDispose]();
    expect(revoked).toEqual(['closed']);
    expect(clock.timers).toBe(0);
    expect(() => a.locks.elect('job', {})).toThrow(expect.objectContaining({ code: 'ERR_LOCK_CLOSED' }));
    await expect(election.leader()).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
  });

  it('may be resigned by one that does not lead, with no effect', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    await using b = process();
    const first = a.locks.elect('job', { onElected: untilStopped });
    const second = b.locks.elect('job', { onElected: untilStopped });
    await clock.advance(0);
    expect(await second.resign()).toBe('resigned');
    await expect(second.resign({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    await first.close();
    await clock.advance(0);
    expect(second.isLeader()).toBe(true);
  });
});
