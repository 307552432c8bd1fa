import type { Clock } from '@lockstep/core';
import { expect, it } from 'vitest';

import { DeadlineWatch } from '../../src/engine/deadline-watch.ts';

interface Armed {
  readonly at: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

function createClock(): { clock: Clock; armed: Armed[]; live: () => number[] } {
  const armed: Armed[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    setTimer(callback, delayMs) {
      const timer: Armed = { at: delayMs, callback, isCancelled: false };
      armed.push(timer);
      return { cancel: () => void (timer.isCancelled = true) };
    },
  };
  return { clock, armed, live: () => armed.filter((timer) => !timer.isCancelled).map((timer) => timer.at) };
}

it('has one timer, for the earliest moment', () => {
  const { clock, live } = createClock();
  const watch = new DeadlineWatch(clock, () => {});
  watch.watch(100);
  watch.watch(200);
  expect(live()).toEqual([100]);
  watch.watch(50);
  expect(live()).toEqual([50]);
  watch.stop();
  expect(live()).toEqual([]);
});

it('tells when the moment has come, after the sockets were read, and can be set again', async () => {
  const { clock, armed, live } = createClock();
  const events: string[] = [];
  const watch = new DeadlineWatch(clock, () => events.push('due'));
  watch.watch(100);
  armed[0]!.callback();
  events.push('timer');
  watch.watch(300);
  expect(live()).toContain(300);
  await expect.poll(() => events).toEqual(['timer', 'due']);
});
