import { describe, expect, it } from 'vitest';

import { createMemoryQueue } from '../../src/queue/memory/memory-queue.ts';
import type { RefreshQueue, RefreshTask } from '../../src/queue/refresh-queue.ts';
import { RefreshError } from '../../src/refresh-error.ts';
import { createSchedule, type Schedule } from '../../src/schedule/create-schedule.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

interface Lab extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly schedule: Schedule;
  /** Every task that came to be queued. */
  readonly asked: RefreshTask[];
  readonly errors: string[];
  /** While it is set, the queue refuses. */
  failure: Error | undefined;
}

function openLab(): Lab {
  const clock = createManualClock(NOON);
  const asked: RefreshTask[] = [];
  const errors: string[] = [];
  const queue = {
    async enqueue(task: RefreshTask): Promise<'queued'> {
      if (lab.failure !== undefined) throw lab.failure;
      asked.push(task);
      return 'queued';
    },
  };
  const onError = (error: Error, plan: string): void => void errors.push(`${plan}: ${error.message}`);
  const schedule = createSchedule({ queue, clock, random: () => 0.5, onError });
  const lab: Lab = {
    clock,
    schedule,
    asked,
    errors,
    failure: undefined,
    [Symbol.asyncDispose]: () => schedule.close(),
  };
  return lab;
}

const dueTimes = (lab: Lab): number[] => lab.asked.map(({ requestedAt }) => (requestedAt - NOON) / MINUTE);
const away = new RefreshError('ERR_REFRESH_QUEUE', 'Redis is away');

describe('a schedule', () => {
  it('queues a task for each key at each tick, which carries the moment at which the tick was due', async () => {
    await using lab = openLab();
    lab.schedule.add('coupons', { everyMs: MINUTE, keys: ['coupons:1', 'coupons:2'] });
    await lab.clock.advance(MINUTE - 1);
    expect(lab.asked).toEqual([]);
    await lab.clock.advance(MINUTE + 1);
    expect(lab.asked.map(({ key }) => key)).toEqual(['coupons:1', 'coupons:2', 'coupons:1', 'coupons:2']);
    expect(new Set(lab.asked.map(({ reason }) => reason))).toEqual(new Set(['scheduled']));
    expect(dueTimes(lab)).toEqual([1, 1, 2, 2]);
    const [status] = lab.schedule.plans();
    expect(status).toMatchObject({ name: 'coupons', isPaused: false, lastAt: NOON + 2 * MINUTE, lastKeys: 2 });
    expect(status!.nextAt).toBe(NOON + 3 * MINUTE);
  });

  it('follows a pattern in its time zone', async () => {
    await using lab = openLab();
    lab.schedule.add('prices', { cron: '0 14 * * *', timeZone: 'Europe/Vienna', keys: ['prices'] });
    await lab.clock.advance(49 * 60 * MINUTE);
    expect(dueTimes(lab)).toEqual([60, 25 * 60, 49 * 60]);
  });

  it('waits for its jitter after a tick, and still names the tick', async () => {
    await using lab = openLab();
    lab.schedule.add('a', { everyMs: MINUTE, jitterMs: 10_000, keys: ['a'] });
    await lab.clock.advance(MINUTE + 4999);
    expect(lab.asked).toEqual([]);
    await lab.clock.advance(1);
    expect(dueTimes(lab)).toEqual([1]);
  });

  it('makes up once for all ticks that were missed while the machine slept', async () => {
    await using lab = openLab();
    lab.schedule.add('a', { everyMs: MINUTE, keys: ['a'] });
    lab.clock.stepWall(10.5 * MINUTE);
    await lab.clock.advance(30_000);
    expect(dueTimes(lab)).toEqual([1]);
    await lab.clock.advance(MINUTE);
    expect(dueTimes(lab)).toEqual([1, 12]);
  });

  it('does not fall silent when the wall clock is set back', async () => {
    await using lab = openLab();
    lab.schedule.add('a', { everyMs: MINUTE, keys: ['a'] });
    lab.clock.stepWall(-24 * 60 * MINUTE);
    await lab.clock.advance(3 * MINUTE);
    expect(lab.asked.length).toBeGreaterThanOrEqual(2);
  });

  it('lets ticks pass while it is paused, and makes up for none of them', async () => {
    await using lab = openLab();
    lab.schedule.add('a', { everyMs: MINUTE, keys: ['a'] });
    lab.schedule.add('b', { everyMs: MINUTE, keys: ['b'] });
    expect(lab.schedule.pause('a')).toBe(true);
    expect(lab.schedule.pause('c')).toBe(false);
    await lab.clock.advance(5 * MINUTE);
    expect(lab.asked.filter(({ key }) => key === 'a')).toEqual([]);
    expect(lab.schedule.plans().map(({ isPaused }) => isPaused)).toEqual([true, false]);
    expect(lab.schedule.resume('a')).toBe(true);
    await lab.clock.advance(MINUTE);
    expect(lab.asked.filter(({ key }) => key === 'a').map(({ requestedAt }) => requestedAt - NOON)).toEqual([
      6 * MINUTE,
    ]);
  });

  it('tries again when the queue refuses, with the newest tick, and says why', async () => {
    await using lab = openLab();
    lab.schedule.add('a', { everyMs: MINUTE, keys: ['a'] });
    lab.failure = away;
    await lab.clock.advance(2.5 * MINUTE);
    expect(lab.asked).toEqual([]);
    expect(lab.schedule.plans()).toMatchObject([{ lastError: away, lastAt: undefined }]);
    lab.failure = undefined;
    await lab.clock.advance(29_000);
    expect(dueTimes(lab)).toEqual([2]);
    expect(lab.schedule.plans()).toMatchObject([{ lastError: undefined, lastAt: NOON + 2 * MINUTE }]);
    expect(new Set(lab.errors)).toEqual(new Set(['a: Redis is away']));
  });

  it('lists keys at each tick anew, and tries again when that fails or takes too long', async () => {
    await using lab = openLab();
    let lists = 0;
    const keys = (): Promise<string[]> => {
      lists++;
      if (lists === 1) return Promise.reject(new Error('no database'));
      if (lists === 2) return new Promise(() => undefined);
      return Promise.resolve([`k${lists}`]);
    };
    lab.schedule.add('a', { everyMs: 5 * MINUTE, keys });
    await lab.clock.advance(10 * MINUTE);
    expect(lab.asked.map(({ key }) => key)).toEqual(['k3', 'k4']);
    expect(lab.errors).toEqual(['a: no database', 'a: keys were not listed within 30000 ms']);
  });

  it('leaves out what is no key, and says so', async () => {
    await using queue = createMemoryQueue();
    const errors: string[] = [];
    await using schedule = createSchedule({ queue, onError: (error) => errors.push(error.message) });
    expect(await schedule.warmUp(['a', '', 'b'])).toBe(3);
    expect((await queue.counts()).waiting).toBe(2);
    expect(errors).toHaveLength(1);
    await using lab = openLab();
    lab.failure = new RefreshError('ERR_REFRESH_KEY', 'no key');
    lab.schedule.add('a', { everyMs: MINUTE, keys: ['\n'] });
    await lab.clock.advance(MINUTE);
    expect(lab.schedule.plans()).toMatchObject([{ lastKeys: 1, lastError: lab.failure }]);
  });

  it('warms up once the queue can be reached', async () => {
    await using lab = openLab();
    lab.failure = away;
    const warm = lab.schedule.warmUp(async () => ['a', 'b']);
    await lab.clock.advance(5000);
    expect(lab.asked).toEqual([]);
    lab.failure = undefined;
    await lab.clock.advance(30_000);
    expect(await warm).toBe(2);
    expect(lab.asked.map(({ reason }) => reason)).toEqual(['warm-up', 'warm-up']);
  });

  it('gives a warm-up up by its signal, and when the queue is closed', async () => {
    await using lab = openLab();
    lab.failure = away;
    const controller = new AbortController();
    const warm = lab.schedule.warmUp(['a'], { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(warm).rejects.toBe(reason);
    lab.failure = new RefreshError('ERR_REFRESH_CLOSED', 'closed');
    await expect(lab.schedule.warmUp(['a'])).rejects.toMatchObject({ code: 'ERR_REFRESH_CLOSED' });
  });

  it('is one refresh per tick in several processes', async () => {
    const clock = createManualClock(NOON);
    await using queue: RefreshQueue = createMemoryQueue({ clock });
    await using one = createSchedule({ queue, clock });
    await using other = createSchedule({ queue, clock });
    for (const schedule of [one, other]) schedule.add('a', { everyMs: MINUTE, keys: ['a'] });
    const done: number[] = [];
    await queue.pause();
    queue.consume(async ({ requestedAt }) => {
      done.push(requestedAt);
      return 'refreshed';
    });
    await clock.advance(MINUTE);
    await queue.resume();
    await clock.advance(1);
    expect(done).toEqual([NOON + MINUTE]);
  });

  it('follows no plan twice, and none that was removed or after the end', async () => {
    const lab = openLab();
    const plan = { everyMs: MINUTE, keys: ['a'] };
    lab.schedule.add('a', plan);
    expect(() => lab.schedule.add('a', plan)).toThrow('already');
    expect(lab.schedule.remove('a')).toBe(true);
    expect(lab.schedule.remove('a')).toBe(false);
    lab.schedule.add('b', plan);
    await lab.schedule.close();
    await lab.schedule.close();
    await lab.clock.advance(2 * MINUTE);
    expect([lab.asked.length, lab.clock.timers]).toEqual([0, 0]);
    expect(() => lab.schedule.add('a', plan)).toThrow('closed');
  });
});
