import { checkAtLeast } from '../check-number.ts';
import { createTicks, type Timing } from './ticks.ts';

/** Lists keys, at each tick anew. */
export type KeyList = (signal: AbortSignal) => Promise<readonly string[]>;

/** What is refreshed when. */
export type SchedulePlan = Timing & {
  /** Which entries: keys, or a function that lists them. No more than 100,000 at a tick. */
  readonly keys: readonly string[] | KeyList;
  /** Each process waits a random time up to this, in ms, after a tick before it queues its tasks. @default 0 */
  readonly jitterMs?: number;
};

/**
 * Checks a plan without starting anything.
 *
 * @throws TypeError when the pattern, the time zone or the keys make no sense
 * @throws RangeError when a time does
 */
export function checkPlan(plan: SchedulePlan): void {
  createTicks(plan);
  checkAtLeast('jitterMs', plan.jitterMs ?? 0, 0);
  if (typeof plan.keys !== 'function' && !Array.isArray(plan.keys)) {
    throw new TypeError('keys must be a list of keys, or a function that lists them');
  }
}
