import { type Clock, sleep } from '@lockstep/core';

import type { LockDriver } from '../driver/lock-driver.ts';
import { toLockError } from '../to-lock-error.ts';
import type { HeldLease } from './held-lease.ts';

const RETRY_MS = 50;
/** A section waits no longer than this for the first attempt, whatever else Redis is given. */
const FIRST_MS = 1000;

/** Where to give it back, and how long one attempt may take. */
export interface GiveBackOptions {
  readonly driver: Pick<LockDriver, 'release'>;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** The first attempt to give a lease back. Undefined: there was no answer, another attempt may help. Never rejects. */
export function giveBack(lease: HeldLease, options: GiveBackOptions): Promise<'released' | 'lost' | undefined> {
  return attempt(lease, options, FIRST_MS);
}

async function attempt(
  lease: HeldLease,
  { driver, timeoutMs }: GiveBackOptions,
  mostMs = Infinity,
): Promise<'released' | 'lost' | undefined> {
  const { key, owner, ttlMs, restMs } = lease;
  const boundMs = Math.max(1, Math.min(timeoutMs, ttlMs / 3, restMs, mostMs));
  try {
    return await driver.release(key, owner, { timeoutMs: boundMs });
  } catch (error) {
    // After its end nothing is left to do.
    return lease.restMs <= 0 || toLockError(error, '').code === 'ERR_LOCK_CLOSED' ? 'lost' : undefined;
  }
}

/** Further attempts, until the lease has run out anyway. Never rejects. */
export async function keepGivingBack(lease: HeldLease, options: GiveBackOptions): Promise<'released' | 'lost'> {
  for (;;) {
    await sleep(Math.min(RETRY_MS, Math.max(0, lease.restMs)), options);
    if (lease.restMs <= 0) return 'lost';
    const outcome = await attempt(lease, options);
    // Nobody else can have it before its end: then it was an earlier attempt whose answer was lost.
    if (outcome !== undefined) return lease.restMs > 0 ? 'released' : outcome;
  }
}
