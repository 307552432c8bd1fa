import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { hostname } from 'node:os';

import { describe, expect, it } from 'vitest';

import type { Leader } from '../../src/index.ts';
import { createElectionSpace, untilStopped } from './election-space.ts';

describe('who leads', () => {
  it('is told to anybody, candidate or not, with its term, token and metadata', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    await using b = process();
    const watching = b.locks.elect('job', {});
    expect(await watching.leader()).toBeUndefined();
    const metadata = 'http://10.0.0.7:8080/"|';
    const election = a.locks.elect('job', { id: 'a', metadata, onElected: untilStopped });
    await clock.advance(0);
    const { token } = election.leadership!;
    const leader = { id: 'a', host: hostname().slice(0, 100), metadata, term: 1, token };
    expect(await watching.leader()).toEqual(leader);
    expect(await election.leader()).toEqual(leader);
    expect(watching.isLeader()).toBe(false);
    await expect(watching.leader({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('is told to those who listen when it changes, and asked for by nobody else', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    await using b = process();
    const heard: (string | undefined)[] = [];
    const watching = b.locks.elect('job', { watchMs: 500 });
    await clock.advance(0);
    expect(clock.timers).toBe(0);
    const stop = watching.on('leader', (leader) => heard.push(leader?.id));
    const election = a.locks.elect('job', { id: 'a', onElected: untilStopped });
    await clock.advance(10_000);
    expect(heard).toEqual(['a']);
    await election.close();
    await clock.advance(500);
    expect(heard).toEqual(['a', undefined]);
    await clock.advance(20_000);
    expect(clock.timers).toBe(1);
    stop();
    await clock.advance(500);
    expect(clock.timers).toBe(0);
  });

  it('is heard at once by the one that leads', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const heard: (Leader | undefined)[] = [];
    const election = a.locks.elect('job', {
      id: 'a',
      watchMs: 1e6,
      onLeaderChange: (leader) => heard.push(leader),
      onElected: untilStopped,
    });
    await clock.advance(0);
    expect(heard.map((leader) => leader?.term)).toEqual([1]);
    await election.resign();
    await clock.advance(10);
    expect(heard.map((leader) => leader?.term)).toEqual([1, undefined]);
  });

  it('is not known while nobody answers, which is told once', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const heard: Error[] = [];
    const election = a.locks.elect('job', { onLeaderChange: () => undefined, onError: (error) => heard.push(error) });
    a.cut();
    await clock.advance(5000);
    expect(heard).toEqual([expect.objectContaining({ code: 'ERR_LOCK_UNAVAILABLE' })]);
    a.heal();
    await clock.advance(5000);
    a.cut();
    await clock.advance(5000);
    expect(heard).toHaveLength(2);
    await election.close();
  });

  it('is told to every listener though one of them throws', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const election = a.locks.elect('job', { onElected: untilStopped });
    const heard: string[] = [];
    election.on('elected', () => {
      throw new Error('my own');
    });
    election.on('elected', ({ name }) => heard.push(name));
    const stop = election.on('elected', () => heard.push('never'));
    stop();
    await clock.advance(0);
    expect(heard).toEqual(['job']);
    expect(a.errors).toEqual([expect.objectContaining({ message: 'my own' })]);
  });

  it('is published where somebody listens', async () => {
    const { clock, process } = createElectionSpace();
    await using a = process();
    const heard: unknown[] = [];
    const hear = (message: unknown): void => void heard.push(message);
    const election = a.locks.elect('job', { id: 'a', onElected: untilStopped });
    subscribe('lockstep:lock:election', hear);
    await clock.advance(0);
    const { token } = election.leadership!;
    await election.close();
    unsubscribe('lockstep:lock:election', hear);
    const said = { name: 'job', id: 'a', term: 1, token };
    expect(heard).toEqual([
      { ...said, event: 'elected' },
      { ...said, event: 'revoked', reason: 'closed' },
    ]);
  });
});
