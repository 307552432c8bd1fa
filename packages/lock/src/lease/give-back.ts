import { type Clock, sleep } from '@lockstep/core';

import type { LockDriver } from '../driver/lock-driver.ts';
import { toLockError } from '../to-lock-error.ts';
import type { HeldLease } from './held-lease.ts';

const RETRY_MS = 50;

/** Where to give it back, and how long one attempt may take. */
export interface GiveBackOptions {
  readonly driver: Pick<LockDriver, 'release'>;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** One attempt to give a lease back. Undefined: there was no answer, another attempt may help. Never rejects. */
export async function giveBack(
  lease: HeldLease,
  { driver, timeoutMs }: GiveBackOptions,
): Promise<'released' | 'lost' | undefined> {
  const { key, owner, restMs } = lease;
  try {
    return await driver.release(key, owner, { timeoutMs: Math.max(1, Math.min(timeoutMs, restMs)) });
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
    const outcome = await giveBack(lease, options);
    // Nobody else can have it before its end: then it was an earlier attempt whose answer was lost.
    if (outcome !== undefined) return lease.restMs > 0 ? 'released' : outcome;
  }
}
