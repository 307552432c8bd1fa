import { describe, expect, it } from 'vitest';

import { createLocks, createMemoryLockDriver } from '../../src/index.ts';

describe('a read-write lock', () => {
  it('lets readers run together and a writer alone', async () => {
    await using locks = createLocks({ driver: createMemoryLockDriver() });
    const { read, write } = locks.readWrite('rw');
    const log: string[] = [];
    const section = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins`);
      await new Promise((resolve) => void setImmediate(resolve));
      log.push(`${name} ends`);
    };
    await Promise.all([read.withLock(section('a')), read.withLock(section('b')), write.withLock(section('w'))]);
    expect(log.slice(0, 2)).toEqual(['a begins', 'b begins']);
    expect(log.slice(4)).toEqual(['w begins', 'w ends']);
  });

  it('says that a writer has to wait while somebody reads', async () => {
    await using locks = createLocks({ driver: createMemoryLockDriver() });
    const { read, write } = locks.readWrite('rw', { prefer: 'writers' });
    await using lease = await read.acquire();
    expect(lease.isHeld()).toBe(true);
    await expect(write.tryAcquire()).resolves.toBeUndefined();
    await expect(write.acquire({ waitMs: 1 })).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT' });
    await expect(read.tryAcquire().then((other) => other?.release())).resolves.toBe('released');
  });

  it('is refused a preference that there is not', async () => {
    await using locks = createLocks({ driver: createMemoryLockDriver() });
    expect(() => locks.readWrite('rw', { prefer: 'both' as 'none' })).toThrow("prefer must be 'none', 'readers'");
  });
});
