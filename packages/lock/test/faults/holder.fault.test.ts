import { describe, expect, it } from 'vitest';

import { openFaulty, untilAborted } from './setup.ts';

const ttlMs = 1000;

describe('a holder', () => {
  it('whose answer was lost is not in his own way', async () => {
    await using setup = await openFaulty({ ttlMs: 30_000, timeoutMs: 200 });
    const { locks, link, direct } = setup;
    await locks.withLock('warm', () => 1);
    link.delay({ downMs: 60_000 });
    const acquired = locks.acquire('k', { waitMs: 10_000 });
    await expect.poll(() => direct.exists('{lk:faults:k}:l')).toBe(1);
    link.cut();
    await link.heal();
    const lease = await acquired;
    expect(lease.isHeld()).toBe(true);
    expect(await lease.release()).toBe('released');
  });

  it('in a black hole is told by his deadline, and his section settles', async () => {
    await using setup = await openFaulty({ ttlMs });
    const { locks, link } = setup;
    const from = performance.now();
    const value = await locks.withLock('k', async ({ signal }) => {
      link.halfOpen();
      await untilAborted(signal);
      return performance.now() - from;
    });
    expect(value).toBeLessThan(ttlMs + 1000);
    expect(performance.now() - from).toBeLessThan(ttlMs + 2000);
  });

  it('in a black hole has settled within a second after his section, though a question may take five', async () => {
    await using setup = await openFaulty({ ttlMs: 20_000, timeoutMs: 5000 });
    const { locks, link } = setup;
    const endedAt = await locks.withLock('k', () => {
      link.halfOpen();
      return performance.now();
    });
    expect(performance.now() - endedAt).toBeLessThan(2500);
  });

  it('of a Redis that was killed is told by his deadline, and his section settles', async () => {
    await using setup = await openFaulty({ ttlMs });
    const { locks, server } = setup;
    const from = performance.now();
    await locks.withLock('k', async ({ signal }) => {
      await server.kill();
      await untilAborted(signal);
    });
    expect(performance.now() - from).toBeLessThan(ttlMs + 2000);
    await server.restart();
    expect(await locks.withLock('k', () => 'again')).toBe('again');
  });

  it('of a frozen Redis is over by his deadline, before anybody else has the lock', async () => {
    await using setup = await openFaulty({ ttlMs });
    const { locks, others, server } = setup;
    const lease = await locks.acquire('k');
    await server.freeze();
    await untilAborted(lease.signal);
    const overAt = performance.now();
    await server.thaw();
    const next = await others.acquire('k');
    expect(performance.now()).toBeGreaterThanOrEqual(overAt);
    expect(next.token).toBeGreaterThan(lease.token);
    expect(lease.isHeld()).toBe(false);
    await next.release();
  });

  it('whose event loop was blocked for 1.5 periods does nothing any more in the documented idiom', async () => {
    await using setup = await openFaulty({ ttlMs });
    const { locks } = setup;
    let effects = 0;
    await locks.withLock('k', async ({ signal }) => {
      const until = performance.now() + 1.5 * ttlMs;
      while (performance.now() < until) void 0;
      if (!signal.aborted) effects++;
      await Promise.resolve();
      if (!signal.aborted) effects++;
    });
    expect(effects).toBe(0);
    expect(setup.errors).toContainEqual(expect.objectContaining({ code: 'ERR_LOCK_LOST' }));
  });

  it('whose lock was taken away is told by the next renewal', async () => {
    await using setup = await openFaulty({ ttlMs: 1500 });
    const { locks, direct } = setup;
    const lease = await locks.acquire('k');
    const from = performance.now();
    await direct.del('{lk:faults:k}:l');
    await untilAborted(lease.signal);
    expect(performance.now() - from).toBeLessThan(1400);
    expect(lease.signal.reason).toMatchObject({ code: 'ERR_LOCK_LOST', message: expect.stringContaining('lost at') });
    expect(await lease.release()).toBe('lost');
  });

  it('keeps his lock over a cut connection and a flush of the scripts', async () => {
    await using setup = await openFaulty({ ttlMs });
    const { locks, link, direct } = setup;
    const lease = await locks.acquire('k');
    for (let i = 0; i < 3; i++) {
      link.cut();
      await direct.script('FLUSH');
      const before = lease.remainingMs();
      await expect.poll(() => lease.remainingMs(), { interval: 20 }).toBeGreaterThan(Math.min(before, 800));
    }
    expect(lease.isHeld()).toBe(true);
    expect(await lease.release()).toBe('released');
  });
});
