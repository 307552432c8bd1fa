import { vi } from 'vitest';

import { BOUND, type LockProcess } from './conformance/process.ts';

/** Hands a lock on from one process to another, again and again, until the other is told of it by a push. */
export async function untilTold(holder: LockProcess, waiter: LockProcess, name: string): Promise<void> {
  await vi.waitFor(() => handOn(holder, waiter, name), { timeout: 20_000, interval: 50 });
}

async function handOn(holder: LockProcess, waiter: LockProcess, name: string): Promise<void> {
  const owner = await holder.hold(name);
  try {
    const waiting = await waiter.wait(name);
    await holder.driver.release(name, owner, BOUND);
    try {
      await vi.waitFor(() => {
        if (!waiter.grants.some((grant) => grant.owner === waiting)) throw new Error('it was not told');
      }, 300);
    } finally {
      await waiter.driver.release(name, waiting, BOUND);
    }
  } finally {
    await holder.driver.release(name, owner, BOUND);
  }
}
