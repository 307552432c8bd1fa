import { describe, expect, it } from 'vitest';

import { openFaulty } from './setup.ts';

const inMs = async (work: Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work;
  return performance.now() - from;
};

describe('a waiter', () => {
  it('whose pushes are cut off again and again still has his turn at once', async () => {
    await using setup = await openFaulty({ ttlMs: 20_000 });
    const { locks, others, direct } = setup;
    for (let i = 0; i < 5; i++) {
      const taken = await others.acquire('k');
      const waiting = locks.acquire('k');
      await expect.poll(async () => (await others.inspect('k'))?.waiters).toBe(1);
      await direct.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await taken.release();
      const lease = await waiting;
      expect(await lease.release()).toBe('released');
    }
  });

  it('goes on waiting while Redis is frozen or restarts, and has the lock then', async () => {
    await using setup = await openFaulty({ ttlMs: 1000 });
    const { locks, others, server } = setup;
    const taken = await others.acquire('k');
    const waiting = locks.acquire('k');
    await server.freeze();
    await expect.poll(() => taken.isHeld()).toBe(false);
    await server.thaw();
    const lease = await waiting;
    const second = others.acquire('k');
    await server.kill();
    await server.restart();
    expect((await second).isHeld()).toBe(true);
    expect(await lease.release()).toBe('lost');
  });

  it('gives up in time while Redis is gone', async () => {
    await using setup = await openFaulty({ ttlMs: 1000 });
    const { locks, server } = setup;
    await server.kill();
    const from = performance.now();
    await expect(locks.acquire('k', { waitMs: 300 })).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    expect(performance.now() - from).toBeLessThan(1300);
    await expect(locks.tryAcquire('k')).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    await expect(locks.inspect('k')).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
  });

  it('that gave up leaves no lock behind for nobody', async () => {
    await using setup = await openFaulty({ ttlMs: 20_000 });
    const { locks, others } = setup;
    for (let i = 0; i < 10; i++) {
      const taken = await others.acquire('k');
      const controller = new AbortController();
      const leaving = locks.acquire('k', { signal: controller.signal });
      const next = others.acquire('k');
      await expect.poll(async () => (await others.inspect('k'))?.waiters).toBe(2);
      const released = taken.release();
      controller.abort(new Error('enough'));
      await expect(leaving).rejects.toThrow('enough');
      await released;
      expect(await inMs(next)).toBeLessThan(5000);
      await (await next).release();
    }
  });

  it('in a black hole does not hold up the others', async () => {
    await using setup = await openFaulty({ ttlMs: 20_000 });
    const { locks, others, link } = setup;
    const taken = await others.acquire('k');
    const stalled = locks.acquire('k', { waitMs: 20_000 });
    await expect.poll(async () => (await others.inspect('k'))?.waiters).toBe(1);
    const next = others.acquire('k');
    // It knows the holder's long period only, and is not told that the lock was passed on.
    await expect.poll(async () => (await others.inspect('k'))?.waiters).toBe(2);
    link.halfOpen();
    await taken.release();
    expect(await inMs(next)).toBeLessThan(3000);
    await link.heal();
    await (await next).release();
    const late = await stalled;
    expect(late.isHeld()).toBe(true);
    await late.release();
  });
});
