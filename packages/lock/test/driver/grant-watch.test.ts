import type { Clock } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createGrantWatch, type GrantWatch } from '../../src/driver/grant-watch.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

interface Watched {
  readonly clock: ManualClock;
  readonly watch: GrantWatch;
  readonly asked: string[];
  answer: () => Promise<number>;
}

function watched(): Watched {
  const clock = createManualClock();
  const asked: string[] = [];
  const made: Omit<Watched, 'watch'> = { clock, asked, answer: () => Promise.resolve(0) };
  const passOn = (key: string): Promise<number> => {
    asked.push(key);
    return made.answer();
  };
  return Object.assign(made, { watch: createGrantWatch({ clock, random: () => 0.5, passOn }) });
}

describe('what was passed on', () => {
  it('is looked after when the grant is over, and again as long as others wait', async () => {
    const made = watched();
    const { clock, watch, asked } = made;
    const answers = [50, 100, 0];
    made.answer = () => Promise.resolve(answers.shift()!);
    watch.granted('k', 50);
    await clock.advance(50);
    expect(asked).toEqual([]);
    await clock.advance(7);
    expect(asked).toEqual(['k']);
    await clock.advance(57);
    expect(asked).toEqual(['k', 'k']);
    await clock.advance(10_000);
    expect(asked).toEqual(['k', 'k', 'k']);
    expect(clock.timers).toBe(0);
  });

  it('is not looked after too early, though a timer fires before its time', async () => {
    const clock = createManualClock();
    const asked: string[] = [];
    const hasty: Clock = {
      ...clock,
      setTimer: (callback, delayMs) => clock.setTimer(callback, Math.max(1, delayMs - 5)),
    };
    const passOn = (key: string): Promise<number> => Promise.resolve(asked.push(key) - 1);
    createGrantWatch({ clock: hasty, random: () => 0.5, passOn }).granted('k', 50);
    await clock.advance(53);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toEqual(['k']);
  });

  it('is left to whoever of this process asks for it', async () => {
    const { clock, watch, asked } = watched();
    watch.granted('k', 50);
    watch.granted('other', 50);
    watch.asked('k');
    await clock.advance(100);
    expect(asked).toEqual(['other']);
  });

  it('is left to those who wait when there is no answer', async () => {
    const made = watched();
    made.answer = () => Promise.reject(new Error('no answer'));
    made.watch.granted('k', 50);
    await made.clock.advance(100);
    expect(made.asked).toEqual(['k']);
    expect(made.clock.timers).toBe(0);
  });

  it('is no more than 1000 keys, and nothing after the end', async () => {
    const { clock, watch, asked } = watched();
    for (let i = 0; i < 1100; i++) watch.granted(`k${i}`, 50);
    expect(clock.timers).toBe(1000);
    watch.close();
    watch.granted('late', 50);
    expect(clock.timers).toBe(0);
    await clock.advance(100);
    expect(asked).toEqual([]);
  });
});
