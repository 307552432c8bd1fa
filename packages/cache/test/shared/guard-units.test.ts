import { describe, expect, it } from 'vitest';

import { createCallDeadlines } from '../../src/shared/call-deadlines.ts';
import { createCircuit } from '../../src/shared/circuit.ts';
import { createServerTime } from '../../src/shared/server-time.ts';
import { createDeferred } from './deferred.ts';
import { createHandClock } from './hand-clock.ts';

describe('createCallDeadlines', () => {
  const lab = () => {
    const clock = createHandClock();
    const deadlines = createCallDeadlines(clock, (ms) => new Error(`late after ${ms}`));
    const events: [string, unknown][] = [];
    const bound = (promise: Promise<unknown>, timeoutMs: number, name: string, signal?: AbortSignal): void =>
      deadlines.bound(
        promise,
        { timeoutMs, signal },
        {
          succeeded: (value) => void events.push([name, value]),
          failed: (error) => void events.push([name, String(error)]),
        },
      );
    return { clock, events, bound };
  };
  const never = new Promise<never>(() => undefined);

  it('ends each call at its own time, with one timer for all of one length', () => {
    const { clock, events, bound } = lab();
    bound(never, 100, 'a');
    clock.advance(40);
    bound(never, 100, 'b');
    bound(never, 30, 'c');
    expect(clock.pending).toBe(2);
    clock.advance(30);
    expect(events).toEqual([['c', 'Error: late after 30']]);
    clock.advance(30);
    expect(events.at(-1)).toEqual(['a', 'Error: late after 100']);
    clock.advance(39);
    expect(events).toHaveLength(2);
    clock.advance(1);
    expect(events.at(-1)).toEqual(['b', 'Error: late after 100']);
    expect(clock.pending).toBe(0);
  });

  it('tells how a call ends once, whatever comes later', async () => {
    const { clock, events, bound } = lab();
    const stop = new AbortController();
    const late = createDeferred<number>();
    bound(Promise.resolve(1), 100, 'value');
    bound(Promise.reject(new Error('broken')), 100, 'error');
    bound(never, 100, 'stopped', stop.signal);
    bound(late.promise, 50, 'late', stop.signal);
    stop.abort(new Error('stop'));
    late.resolve(2);
    await expect.poll(() => events.length).toBe(4);
    bound(never, 100, 'refused', stop.signal);
    clock.advance(1000);
    expect(Object.fromEntries(events)).toEqual({
      error: 'Error: broken',
      late: 'Error: stop',
      refused: 'Error: stop',
      stopped: 'Error: stop',
      value: 1,
    });
    expect(clock.pending).toBe(0);
  });

  it('keeps nothing of calls that have ended', async () => {
    const { clock, events, bound } = lab();
    for (let i = 0; i < 50; i++) bound(Promise.resolve(i), 100, String(i));
    bound(never, 100, 'last');
    await expect.poll(() => events.length).toBe(50);
    clock.advance(100);
    expect(events).toHaveLength(51);
    expect(clock.pending).toBe(0);
  });
});

describe('createCircuit', () => {
  it('opens after failures in a row, lets one call through now and then, and closes by a success', () => {
    const clock = createHandClock();
    const circuit = createCircuit(clock, () => 0.999_999, { openAfter: 3, minProbeMs: 100, maxProbeMs: 400 });
    circuit.failed();
    circuit.failed();
    circuit.succeeded();
    circuit.failed();
    circuit.failed();
    expect([circuit.isOpen, circuit.admits()]).toEqual([false, true]);
    circuit.failed();
    expect([circuit.isOpen, circuit.admits()]).toEqual([true, false]);
    const waits = [100, 200, 400, 400].map((ms) => {
      clock.advance(ms - 1);
      const early = circuit.admits();
      clock.advance(1);
      const probes = [circuit.admits(), circuit.admits()];
      circuit.failed();
      return [early, ...probes];
    });
    expect(waits).toEqual(Array.from({ length: 4 }, () => [false, true, false]));
    circuit.succeeded();
    expect([circuit.isOpen, circuit.admits(), circuit.admits()]).toEqual([false, true, true]);
  });

  it('refuses numbers that make no sense', () => {
    const clock = createHandClock();
    for (const openAfter of [0, 1.5, Number.NaN]) {
      expect(() => createCircuit(clock, Math.random, { openAfter })).toThrow(/openAfter/);
    }
  });
});

describe('createServerTime', () => {
  it('is never behind the server, and takes the better of two answers', () => {
    const clock = createHandClock(1_000_000);
    const time = createServerTime(clock);
    expect([time.now(), time.isOld]).toEqual([Number.NaN, true]);
    let sent = time.mark();
    clock.advance(80);
    // The server answered at 5,040 of its own clock, half way.
    time.learn(5040, sent);
    expect(time.now()).toBe(5120);
    sent = time.mark();
    clock.advance(10);
    time.learn(5085, sent);
    expect(time.now()).toBe(5095);
    sent = time.mark();
    clock.advance(500);
    time.learn(5595, sent);
    expect(time.now()).toBe(5595);
  });

  it('counts the time for which the machine was suspended', () => {
    const clock = createHandClock();
    const time = createServerTime(clock);
    time.learn(5000, time.mark());
    clock.jumpWall(60_000);
    expect(time.now()).toBe(65_000);
    clock.jumpWall(-120_000);
    expect(time.now()).toBe(5000);
  });

  it('grows old, and then believes a slow answer as well', () => {
    const clock = createHandClock();
    const time = createServerTime(clock);
    time.learn(5000, time.mark());
    expect([time.now(), time.isOld]).toEqual([5000, false]);
    clock.advance(60_001);
    expect([time.now(), time.isOld]).toEqual([65_001, true]);
    const sent = time.mark();
    clock.advance(100);
    // The server's clock ran faster than this one.
    time.learn(75_100, sent);
    expect([time.now(), time.isOld]).toEqual([75_200, false]);
  });
});
