import { describe, expect, it } from 'vitest';

import { createMemoryLockDriver, createLocks } from '../../src/index.ts';

describe('a semaphore', () => {
  it('lets so many sections run at once, and the others in the order they came', async () => {
    await using locks = createLocks({ driver: createMemoryLockDriver() });
    const semaphore = locks.semaphore('s', 2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const section = async (i: number): Promise<void> => {
      most = Math.max(most, ++running);
      order.push(i);
      await new Promise((resolve) => void setImmediate(resolve));
      running--;
    };
    await Promise.all(Array.from({ length: 6 }, (_, i) => semaphore.withLock(() => section(i))));
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('gives leases with tokens, and undefined when there is no permit', async () => {
    await using locks = createLocks({ driver: createMemoryLockDriver() });
    const semaphore = locks.semaphore('s', 1);
    const lease = await semaphore.acquire();
    await expect(semaphore.tryAcquire()).resolves.toBeUndefined();
    await expect(semaphore.inspect()).resolves.toMatchObject({ holders: 1, token: lease.token });
    await expect(lease.release()).resolves.toBe('released');
    await expect(semaphore.inspect()).resolves.toBeUndefined();
  });

  it('is refused a number of permits that makes no sense', async () => {
    await using locks = createLocks({ driver: createMemoryLockDriver() });
    expect(() => locks.semaphore('s', 1.5)).toThrow('permits must be a positive integer, got 1.5');
  });

  it('rejects with ERR_LOCK_CLOSED after its locks were closed, though it was not used before', async () => {
    const locks = createLocks({ driver: createMemoryLockDriver() });
    await locks.close();
    await expect(locks.semaphore('s', 1).acquire()).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
  });
});
