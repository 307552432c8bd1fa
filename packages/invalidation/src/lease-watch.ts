import type { Clock } from '@lockstep/core';

import { publishLease } from './channels.ts';
import { type Moment, momentOf } from './horizon.ts';

/** How often and for how long the lease of a follower was over. */
export interface LeaseLoss {
  readonly leasesLost: number;
  readonly leaseLostMs: number;
}

/** What a lease goes by. */
export interface LeaseWatchOptions {
  readonly namespace: string;
  readonly clock: Clock;
  /** Undefined for none: then nothing is ever lost. */
  readonly leaseMs: number | undefined;
  readonly horizonAgeMs: () => number;
}

/** Counts the time in which the horizon is older than the lease of the holder. */
export interface LeaseWatch {
  /** Looks: call it just before and just after the horizon moves, and whenever it should have. */
  look(): void;
  loss(): LeaseLoss;
  /** The follower is closed. */
  end(): void;
}

/** Exact however late it looks: it reckons back from the age of the horizon, suspension of the machine included. */
export function createLeaseWatch({ namespace, clock, leaseMs, horizonAgeMs }: LeaseWatchOptions): LeaseWatch {
  let leasesLost = 0;
  let leaseLostMs = 0;
  let lostSinceMs = 0;
  let isLost = false;
  let isOver = leaseMs === undefined;
  /** Up to when all was counted; none before the first horizon. */
  let counted: Moment | undefined;

  function look(): void {
    if (isOver) return;
    const ageMs = horizonAgeMs();
    if (counted === undefined && ageMs === Infinity) return;
    const now = momentOf(clock);
    const last = counted ?? now;
    counted = now;
    const overMs = ageMs - leaseMs!;
    if (overMs < 0) {
      if (isLost) publishLease(namespace, false, leaseLostMs - lostSinceMs);
      isLost = false;
      return;
    }
    const isNew = !isLost;
    isLost = true;
    if (isNew) lostSinceMs = leaseLostMs;
    leaseLostMs += Math.min(overMs, Math.max(now.monotonic - last.monotonic, now.wall - last.wall));
    if (!isNew) return;
    leasesLost++;
    publishLease(namespace, true, leaseLostMs - lostSinceMs);
  }

  return {
    look,
    loss() {
      look();
      return { leasesLost, leaseLostMs };
    },
    end() {
      look();
      isOver = true;
    },
  };
}
