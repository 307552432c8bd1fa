import { expect, it } from 'vitest';

import { RetryBudget } from '../../src/engine/retry-budget.ts';

function takeAll(budget: RetryBudget, now: number): number {
  let taken = 0;
  while (taken < 1000 && budget.take(now)) taken++;
  return taken;
}

function count(budget: RetryBudget, calls: number, now: number): void {
  for (let call = 0; call < calls; call++) budget.count(now);
}

it('allows a tenth of the calls and three more', () => {
  const budget = new RetryBudget();
  count(budget, 100, 0);
  expect(takeAll(budget, 0)).toBe(13);
});

it('allows three to a driver that makes no calls, and three again when those are forgotten', () => {
  const budget = new RetryBudget();
  expect(takeAll(budget, 50_000)).toBe(3);
  expect(takeAll(budget, 50_001)).toBe(0);
  expect(takeAll(budget, 60_001)).toBe(0);
  expect(takeAll(budget, 70_002)).toBe(3);
});

it('forgets calls after twenty seconds at the latest', () => {
  const budget = new RetryBudget();
  count(budget, 1000, 0);
  expect(takeAll(budget, 10_001)).toBe(103);
  count(budget, 1, 40_000);
  expect(takeAll(budget, 40_000)).toBe(3);
});
