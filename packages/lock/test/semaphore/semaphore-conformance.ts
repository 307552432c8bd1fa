import { describe, expect, it, vi } from 'vitest';

import { BOUND, type DriversUnderTest } from '../driver/conformance/process.ts';

const TWO = { shape: { kind: 'semaphore', permits: 2 } } as const;

/** What semaphores do beside what all locks do. */
export function describeSemaphores(drivers: DriversUnderTest): void {
  describe('semaphores', () => {
    it('are held by as many as there are permits, each with a greater token', async () => {
      await using a = drivers.process('semaphore');
      const key = drivers.key();
      const first = await a.ask(key, TWO);
      const second = await a.ask(key, TWO);
      const third = await a.ask(key, TWO);
      expect([first, second, third].map(({ reply }) => reply.kind)).toEqual(['held', 'held', 'taken']);
      const tokens = [first, second].map(({ reply }) => (reply as { token: number }).token);
      expect(tokens[1]).toBeGreaterThan(tokens[0]!);
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ holders: 2, waiters: 0 });
    });

    it('give each of those who ask in one turn what he asks for', async () => {
      await using a = drivers.process('semaphore');
      const key = drivers.key();
      const other = drivers.key();
      const asked = [key, key, key].map((one) => a.ask(one, TWO));
      asked.push(...[other, other].map((one) => a.ask(one, { shape: { kind: 'semaphore', permits: 1 } })));
      const replies = (await Promise.all(asked)).map(({ reply }) => reply.kind);
      expect(replies).toEqual(['held', 'held', 'taken', 'held', 'taken']);
    });

    it('give a permit that comes back to the first in line', async () => {
      await using a = drivers.process('semaphore');
      await using b = drivers.process('semaphore');
      const key = drivers.key();
      const [one] = [await a.hold(key, TWO), await a.hold(key, TWO)];
      const waiting = await b.wait(key, TWO);
      const later = await b.wait(key, TWO);
      await expect(a.driver.release(key, one, BOUND)).resolves.toBe('released');
      await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toEqual([waiting]), 5000);
      await expect(b.ask(key, { ...TWO, owner: later, mode: 'queue' })).resolves.toMatchObject({
        reply: { kind: 'queued', rank: 0 },
      });
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ holders: 2, waiters: 1 });
    });

    it('pass a permit on when whoever was given it stands still', async () => {
      await using a = drivers.process('semaphore');
      await using stopped = drivers.process('semaphore');
      await using b = drivers.process('semaphore');
      const key = drivers.key();
      const [one] = [await a.hold(key, TWO), await a.hold(key, TWO)];
      await stopped.wait(key, { ...TWO, grantMs: 60 });
      const next = await b.wait(key, TWO);
      await a.driver.release(key, one, BOUND);
      // Nobody of those who wait asks again.
      await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toEqual([next]), 5000);
    });

    it('take back a permit whose lease ran out, and renew the others', async () => {
      await using a = drivers.process('semaphore');
      const key = drivers.key();
      const gone = await a.hold(key, { ...TWO, ttlMs: 30 });
      const stays = await a.hold(key, { ...TWO, ttlMs: 30_000 });
      await vi.waitFor(() => a.hold(key, TWO), 5000);
      const leases = [gone, stays].map((owner) => ({ key, owner, ttlMs: 60_000 }));
      await expect(a.driver.renew(leases, BOUND)).resolves.toEqual(['lost', 'held']);
      await expect(a.driver.release(key, gone, BOUND)).resolves.toBe('lost');
      await expect(a.driver.release(key, stays, BOUND)).resolves.toBe('released');
    });

    it('give the same owner one permit however often he asks', async () => {
      await using a = drivers.process('semaphore');
      const key = drivers.key();
      const owner = await a.hold(key, TWO);
      const again = await a.hold(key, { ...TWO, owner });
      expect(again).toBe(owner);
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ holders: 1 });
    });

    it('are apart from the lock of the same key', async () => {
      await using a = drivers.process('semaphore');
      await using b = drivers.process();
      const key = drivers.key();
      await b.hold(key);
      await a.hold(key, TWO);
      await expect(b.driver.inspect(key, BOUND)).resolves.not.toHaveProperty('holders');
    });

    it('refuse to be acquired without a number of permits, and several at once', async () => {
      await using a = drivers.process('semaphore');
      const key = drivers.key();
      await expect(a.ask(key)).rejects.toThrow('a shape is needed');
      await expect(a.ask(key, { shape: { kind: 'semaphore', permits: 0 } })).rejects.toThrow('permits must be');
      const request = { key, owner: 'p:1', ttlMs: 1000, grantMs: 1000, mode: 'try', ...TWO } as const;
      await expect(a.driver.acquireMany([request], BOUND)).rejects.toThrow('one by one');
    });
  });
}
