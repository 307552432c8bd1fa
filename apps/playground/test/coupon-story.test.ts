import type { Clock } from '@lockstep/core';
import { describe, expect, it, vi } from 'vitest';

import type { Coupon } from '../src/coupons/coupon.ts';
import { CouponStory } from '../src/coupons/coupon-story.ts';
import type { CouponDatabase } from '../src/coupons/databases/coupon-database.ts';

function story(start: () => Promise<void>) {
  const timers: { callback: () => void; delayMs: number }[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    setTimer(callback, delayMs) {
      const timer = { callback, delayMs };
      timers.push(timer);
      return { cancel: () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0) };
    },
  };
  const revisions: number[] = [];
  const notices: string[] = [];
  const close = vi.fn<() => Promise<void>>(async () => {});
  const database: CouponDatabase = {
    title: 'TestDB',
    load: {},
    environment: {},
    start,
    write: async (coupons: readonly Coupon[]) => void revisions.push(coupons[0]!.revision),
    close,
    [Symbol.asyncDispose]: close,
  };
  const made = new CouponStory(database, {
    notify: (what) => notices.push(what),
    signal: new AbortController().signal,
    clock,
  });
  /** Lets every timer of so many milliseconds fire. */
  const pass = (ms: number): void => {
    for (const { callback } of timers.splice(0).filter(({ delayMs }) => delayMs === ms)) callback();
  };
  return { made, revisions, notices, pass, close };
}

const works = async (): Promise<void> => {};
const fails = (why: string) => async (): Promise<void> => {
  throw new Error(why);
};

describe('the story of the coupons', () => {
  it('serves them at once where everything is there in time, changes them, and ends the database', async () => {
    const { made, revisions, notices, pass, close } = story(async () => {});
    await made.serve(Promise.resolve());
    await made.served;
    expect([made.trouble, revisions]).toEqual([undefined, [0]]);
    pass(3000);
    await expect.poll(() => revisions).toEqual([0, 1]);
    await Promise.all([made.close(), made.close()]);
    expect([notices, close.mock.calls.length]).toEqual([[], 1]);
  });

  it('goes on without them after half a second, and says when they are there', async () => {
    let isThere = (): void => {};
    const { made, notices, pass } = story(() => new Promise((resolve) => (isThere = resolve)));
    const serving = made.serve(Promise.resolve());
    pass(500);
    await serving;
    expect(made.trouble).toBe('TestDB and the refreshers are starting');
    isThere();
    await made.served;
    expect([made.trouble, notices]).toEqual([undefined, ['TestDB and the refreshers are there: coupons are served']]);
    await made.close();
  });

  it.each([
    ['a database', fails('no room'), works, /^TestDB did not start .*: no room$/],
    ['a refresher', works, fails('refresher 1 was not ready'), /^refresher 1 was not ready$/],
  ])(
    'says that there are none when %s does not start, and fails nothing',
    async (_what, start, refreshers, trouble) => {
      const { made, notices } = story(start);
      await made.serve(refreshers());
      await expect.poll(() => made.trouble).toMatch(trouble);
      expect(notices).toEqual([`${made.trouble}; there are no coupons`]);
      await made.close();
    },
  );
});
