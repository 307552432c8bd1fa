import { describe, expect, it } from 'vitest';

import { AdaptiveWindow } from '../src/shipper/adaptive-window.ts';

function answer(window: AdaptiveWindow, times: number, latencyMs: number, isFull = true): void {
  for (let n = 0; n < times; n += 1) window.answered(latencyMs, isFull);
}

describe('AdaptiveWindow', () => {
  it('grows by one for each full window of quick answers, up to its bound', () => {
    const window = new AdaptiveWindow({ max: 5 });
    expect(window.size).toBe(2);
    answer(window, 3, 10);
    expect(window.size).toBe(3);
    answer(window, 100, 10);
    expect(window.size).toBe(5);
  });

  it('does not grow while it holds nothing back', () => {
    const window = new AdaptiveWindow({ max: 5 });
    answer(window, 100, 10, false);
    expect(window.size).toBe(2);
  });

  it('halves with each failure, and never goes below one', () => {
    const window = new AdaptiveWindow({ max: 8 });
    answer(window, 100, 10);
    const sizes = [1, 2, 3, 4, 5].map(() => {
      window.failed();
      return window.size;
    });
    expect(sizes).toEqual([4, 2, 1, 1, 1]);
  });

  it('shrinks once a window when answers become slow, and grows again when they are quick', () => {
    const window = new AdaptiveWindow({ max: 8 });
    answer(window, 100, 50);
    answer(window, 1, 200);
    expect(window.size).toBe(6);
    answer(window, 3, 200);
    expect(window.size).toBe(6);
    answer(window, 20, 200);
    expect(window.size).toBeLessThan(4);
    answer(window, 100, 50);
    expect(window.size).toBe(8);
  });

  it('takes a path that has become slower for the measure after a while', () => {
    const window = new AdaptiveWindow({ max: 8 });
    answer(window, 10, 50);
    answer(window, 500, 200);
    expect(window.size).toBe(8);
  });

  it('does not take small differences for queueing', () => {
    const window = new AdaptiveWindow({ max: 8 });
    answer(window, 10, 1);
    answer(window, 100, 20);
    expect(window.size).toBe(8);
  });

  it('stays at one where no more are allowed', () => {
    const window = new AdaptiveWindow({ max: 1 });
    answer(window, 10, 1);
    expect(window.size).toBe(1);
  });
});
