import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { systemClock } from '../src/index.ts';

const dayMs = 24 * 60 * 60 * 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function fired(delayMs: number): { readonly times: number; cancel(): void } {
  const callback = vi.fn<() => void>();
  const timer = systemClock.setTimer(callback, delayMs);
  return {
    get times() {
      return callback.mock.calls.length;
    },
    cancel: () => timer.cancel(),
  };
}

it.each([
  ['a second', 1000],
  ['the longest delay of setTimeout', 2 ** 31 - 1],
  ['a millisecond more than that', 2 ** 31],
  ['30 days', 30 * dayMs],
  ['a year', 365 * dayMs],
])('runs a timer of %s once, and not before', (_name, delayMs) => {
  const timer = fired(delayMs);
  vi.advanceTimersByTime(delayMs - 1);
  expect(timer.times).toBe(0);
  vi.advanceTimersByTime(1);
  expect(timer.times).toBe(1);
  vi.advanceTimersByTime(60 * dayMs);
  expect(timer.times).toBe(1);
});

it('never runs a timer of infinite delay', () => {
  const timer = fired(Infinity);
  vi.advanceTimersByTime(365 * dayMs);
  expect(timer.times).toBe(0);
  timer.cancel();
  expect(vi.getTimerCount()).toBe(0);
});

it('can cancel a long timer at any moment', () => {
  const timer = fired(60 * dayMs);
  vi.advanceTimersByTime(40 * dayMs);
  timer.cancel();
  vi.advanceTimersByTime(365 * dayMs);
  expect(timer.times).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
