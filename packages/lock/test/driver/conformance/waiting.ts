import { describe, expect, it, vi } from 'vitest';

import { BOUND, type DriversUnderTest } from './process.ts';

/** The line, and what is pushed to it. */
export function describeWaiting(drivers: DriversUnderTest): void {
  describe('waiting', () => {
    it('pushes the lock to the first in line when it is released', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      await using c = drivers.process();
      const key = drivers.key();
      const { owner, reply } = await a.ask(key);
      const second = await b.wait(key);
      const third = await c.wait(key);
      await a.driver.release(key, owner, BOUND);
      await vi.waitFor(() => expect(b.grants).toHaveLength(1), 5000);
      expect(b.grants[0]).toMatchObject({ key, owner: second, ttlMs: 30_000 });
      expect(b.grants[0]!.token).toBeGreaterThan((reply as { token: number }).token);
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ owner: second, waiters: 1 });
      await b.driver.release(key, second, BOUND);
      await vi.waitFor(() => expect(c.grants.map((grant) => grant.owner)).toEqual([third]), 5000);
    });

    it('lets a higher priority go first, and keeps the order within one', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      let holder = await a.hold(key);
      const low = await b.wait(key, { priority: -1 });
      const first = await b.wait(key);
      const second = await b.wait(key);
      const high = await b.wait(key, { priority: 7 });
      for (let i = 0; i < 4; i++) {
        await b.driver.release(key, holder, BOUND);
        await vi.waitFor(() => expect(b.grants).toHaveLength(i + 1), 5000);
        holder = b.grants[i]!.owner;
      }
      expect(b.grants.map(({ owner }) => owner)).toEqual([high, first, second, low]);
    });

    it('keeps the place of one that asks again', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      await a.hold(key);
      const first = await b.wait(key);
      await b.wait(key);
      const again = await b.ask(key, { owner: first, mode: 'queue' });
      expect(again.reply).toMatchObject({ kind: 'queued', rank: 0 });
      await expect(b.driver.inspect(key, BOUND)).resolves.toMatchObject({ waiters: 2 });
    });

    it('skips those whose process is gone', async () => {
      await using a = drivers.process();
      await using c = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key);
      {
        await using b = drivers.process();
        await b.wait(key, { grantMs: 500 });
        await b.wait(key, { grantMs: 500 });
      }
      const alive = await c.wait(key);
      await a.driver.release(key, owner, BOUND);
      // Where nobody knows that they are gone, what they were given has to run out first.
      await vi.waitFor(async () => {
        const { reply } = await c.ask(key, { owner: alive, mode: 'queue' });
        expect(reply.kind).toBe('held');
      }, 15_000);
    });

    it('frees the lock when all who wait are gone', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key);
      {
        await using b = drivers.process();
        await b.wait(key, { grantMs: 1000 });
      }
      await a.driver.release(key, owner, BOUND);
      await vi.waitFor(async () => expect((await a.ask(key)).reply.kind).toBe('held'), 15_000);
    });

    it('forgets one that leaves the line', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key);
      const leaving = await b.wait(key);
      const staying = await b.wait(key);
      await b.driver.cancel(key, leaving, BOUND);
      await a.driver.release(key, owner, BOUND);
      await vi.waitFor(() => expect(b.grants.map((grant) => grant.owner)).toEqual([staying]), 5000);
    });

    it('hands on what was granted to one that leaves the line', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key);
      const leaving = await b.wait(key);
      const staying = await b.wait(key);
      await a.driver.release(key, owner, BOUND);
      await b.driver.cancel(key, leaving, BOUND);
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ owner: staying, waiters: 0 });
    });

    it('gives nothing to a passer-by while others wait', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const holder = await a.hold(key);
      const waiting = await b.wait(key);
      await a.driver.renew([{ key, owner: holder, ttlMs: 1 }], BOUND);
      const replies = await vi.waitFor(async () => {
        const { reply } = await a.ask(key);
        expect(reply).toMatchObject({ holder: waiting });
        return reply;
      }, 5000);
      expect(replies.kind).toBe('taken');
      await vi.waitFor(() => expect(b.grants).toHaveLength(1), 5000);
    });

    it('wakes one that barges instead of giving him the lock, and lets him take it before others', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key);
      const barging = await b.wait(key, { mode: 'barge' });
      await a.driver.release(key, owner, BOUND);
      await vi.waitFor(() => expect(b.wakes).toEqual([barging]), 5000);
      await expect(a.driver.inspect(key, BOUND)).resolves.toBeUndefined();
      await expect(b.ask(key, { owner: barging, mode: 'barge' })).resolves.toMatchObject({ reply: { kind: 'held' } });
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ owner: barging, waiters: 0 });
      expect(b.grants).toEqual([]);
    });

    it('takes one off the line who asks and gets the lock past those who barge', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const holder = await a.hold(key);
      const barging: string[] = [];
      for (let i = 0; i < 3; i++) barging.push(await a.wait(key, { mode: 'barge' }));
      const owner = await a.wait(key);
      await a.driver.renew([{ key, owner: holder, ttlMs: 1 }], BOUND);
      await vi.waitFor(async () => {
        expect((await a.ask(key, { owner, mode: 'queue' })).reply.kind).toBe('held');
      }, 5000);
      await vi.waitFor(() => expect(a.wakes).toEqual(barging.slice(0, 2)), 5000);
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ owner, waiters: 1 });
    });

    it('passes the lock on when those who were given it stand still, one after the other', async () => {
      await using a = drivers.process();
      await using stopped = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const holder = await a.hold(key);
      await stopped.wait(key, { grantMs: 60 });
      await stopped.wait(key, { grantMs: 60 });
      const next = await b.wait(key);
      await a.driver.release(key, holder, BOUND);
      // Nobody of those who wait asks again.
      await vi.waitFor(() => expect(b.grants).toHaveLength(1), 5000);
      expect(b.grants[0]!.owner).toBe(next);
      expect(stopped.grants).toHaveLength(2);
    });

    it('passes the lock on past one that stands still, when his lock delay is over', async () => {
      await using a = drivers.process();
      await using stopped = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const holder = await a.hold(key);
      await stopped.wait(key, { grantMs: 60, lockDelayMs: 60 });
      const next = await b.wait(key);
      await a.driver.release(key, holder, BOUND);
      await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toEqual([next]), 5000);
    });
  });
}
