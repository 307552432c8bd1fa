import type { RefreshTask } from '../queue/refresh-queue.ts';
import type { Freshness } from '../store/entry-store.ts';

/** By how much the clocks of who schedules and who works may differ before a tick costs a second load. */
const CLOCK_SLACK_MS = 500;

/**
 * Whether what is stored makes a task superfluous: the gate that keeps two tasks from being two loads.
 *
 * - `manual`: never.
 * - `scheduled`: when its load began after the tick was due, and it is fresh.
 * - all others: when there is at least `refreshBelowMs` left.
 */
export function isEnough(
  { reason, requestedAt }: Pick<RefreshTask, 'reason' | 'requestedAt'>,
  { freshForMs, ageMs }: Pick<Freshness, 'freshForMs' | 'ageMs'>,
  { refreshBelowMs, now }: { readonly refreshBelowMs: number; readonly now: number },
): boolean {
  if (reason === 'manual' || freshForMs <= 0) return false;
  if (reason === 'scheduled') return now - ageMs >= requestedAt - CLOCK_SLACK_MS;
  // A gateway asks below the threshold: at the threshold there is nothing to do.
  return freshForMs >= refreshBelowMs;
}
