import { describe, expect, it } from 'vitest';

import { createCrashBudget } from '../../src/cluster/crash-budget.ts';
import { createManualClock } from '../fixtures/manual-clock.ts';

describe('createCrashBudget', () => {
  it('puts up with so many crashes in a window and not with one more', () => {
    const budget = createCrashBudget({ max: 3, windowMs: 60_000, clock: createManualClock() });
    expect([budget.spend(), budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, true, false]);
  });

  it('forgets what is older than the window', () => {
    const clock = createManualClock();
    const budget = createCrashBudget({ max: 1, windowMs: 1000, clock });
    expect(budget.spend()).toBe(true);
    clock.advance(999);
    expect(budget.spend()).toBe(false);
    clock.advance(1000);
    expect(budget.spend()).toBe(true);
  });
});
