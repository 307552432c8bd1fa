/** What of a lease decides when it is looked at. */
export interface RenewalState {
  readonly ttlMs: number;
  readonly renewAt: number;
  readonly isRenewing: boolean;
  readonly restMs: number;
}

/** What to do now, and when to look again. */
export interface RenewalPlan<L> {
  /** They have run out. */
  readonly lost: readonly L[];
  /** They are renewed together. */
  readonly due: readonly L[];
  /** The moment on the same clock at which something is to be done again; Infinity when nothing is. */
  readonly nextAt: number;
}

/** Leases that are due within this part of their period go along with those that are due now. */
const ALONG = 1 / 12;

/** Sorts all leases of a process at the moment `now`, on the monotonic clock. */
export function planRenewals<L extends RenewalState>(leases: Iterable<L>, now: number): RenewalPlan<L> {
  const lost: L[] = [];
  const near: L[] = [];
  let isDue = false;
  let nextAt = Infinity;
  for (const lease of leases) {
    const { restMs } = lease;
    if (restMs <= 0) {
      lost.push(lease);
      continue;
    }
    nextAt = Math.min(nextAt, now + restMs);
    if (lease.isRenewing) continue;
    if (lease.renewAt <= now + lease.ttlMs * ALONG) near.push(lease);
    if (lease.renewAt <= now) isDue = true;
    else nextAt = Math.min(nextAt, lease.renewAt);
  }
  return { lost, due: isDue ? near : [], nextAt };
}
