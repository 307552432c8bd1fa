import { sleep } from '@lockstep/core';

import type { ElectionDoor } from './election-door.ts';
import type { Lease } from '../lease/lease.ts';
import type { LockRoom } from '../lock-room.ts';

const RETRY_MS = 50;

/** The term of a lease; undefined when it is over before there is an answer. Never rejects. */
export async function countTerm(
  { driver, options }: Pick<LockRoom, 'driver' | 'options'>,
  lease: Lease,
): ReturnType<ElectionDoor['countTerm']> {
  const { clock, timeoutMs } = options;
  const { key, owner, signal } = lease;
  while (!signal.aborted) {
    try {
      return await driver.countTerm(key, owner, { timeoutMs: Math.min(timeoutMs, lease.remainingMs() / 2), signal });
    } catch {
      // Renewals fail as well, and tell of it.
      await sleep(RETRY_MS, { clock, signal }).catch(() => undefined);
    }
  }
  return undefined;
}
