import { expect, it } from 'vitest';

import { BOUND, type LockProcess } from './process.ts';

/** Where the value of one lock in Redis can be broken. */
export interface BreakableLocks {
  process(): LockProcess;
  key(): string;
  /** What lies at the key of the lock is no lease any more. */
  breakLease(key: string): Promise<unknown>;
}

/** One lease that cannot be renewed among others that can. */
export function describeBrokenLease(locks: BreakableLocks): void {
  it('renews the others when one lease cannot be renewed, and says why', async () => {
    await using a = locks.process();
    const keys = Array.from({ length: 5 }, () => locks.key());
    const leases = await Promise.all(
      keys.map(async (name) => ({ key: name, owner: await a.hold(name, { ttlMs: 20_000 }), ttlMs: 90_000 })),
    );
    const lost = { key: locks.key(), owner: a.driver.nextOwner(), ttlMs: 1000 };
    await locks.breakLease(keys[1]!);
    await expect(a.driver.renew([...leases, lost], BOUND)).resolves.toEqual([
      'held',
      expect.objectContaining({ code: 'ERR_LOCK_UNAVAILABLE', message: expect.stringContaining('WRONGTYPE') }),
      'held',
      'held',
      'held',
      'lost',
    ]);
    const infos = await Promise.all([0, 2, 3, 4].map((i) => a.driver.inspect(keys[i]!, BOUND)));
    expect(infos.every((info) => info !== undefined && info.ttlMs > 80_000)).toBe(true);
  });
}
