import { describe, expect, it, vi } from 'vitest';

import { BOUND, type DriversUnderTest } from './process.ts';

/** Acquiring, renewing, releasing and inspecting without a line. */
export function describeHolding(drivers: DriversUnderTest): void {
  describe('holding', () => {
    it('gives a free lock at once, with a token and the moment of the request', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const { owner, reply } = await a.ask(key);
      expect(reply).toMatchObject({ kind: 'held', key, owner, ttlMs: 60_000 });
      expect(reply).toHaveProperty('token', expect.toSatisfy(Number.isSafeInteger));
      expect(reply).toHaveProperty('sentAt', expect.toSatisfy(Number.isFinite));
    });

    it('says who has a taken lock and for how long', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const holder = await a.hold(key);
      const { reply } = await b.ask(key);
      expect(reply).toMatchObject({ kind: 'taken', rank: 0, holder });
      expect(reply).toHaveProperty(
        'holderTtlMs',
        expect.toSatisfy((ms: number) => ms > 50_000 && ms <= 60_000),
      );
    });

    it('gives the same owner the same lease again', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const first = await a.ask(key);
      const second = await a.ask(key, { owner: first.owner });
      expect(second.reply).toMatchObject({ kind: 'held', token: (first.reply as { token: number }).token });
    });

    it('gives each of those who ask in one turn what he asks for', async () => {
      await using a = drivers.process();
      const wishes = [
        { ttlMs: 60_000, metadata: 'one' },
        { ttlMs: 60_000, metadata: 'one' },
        { ttlMs: 20_000, metadata: 'two' },
        { ttlMs: 60_000, metadata: 'one' },
      ];
      const keys = wishes.map(() => drivers.key());
      await Promise.all(wishes.map((wish, i) => a.hold(keys[i]!, wish)));
      const infos = await Promise.all(keys.map((key) => a.driver.inspect(key, BOUND)));
      expect(infos.map((info) => info?.metadata)).toEqual(['one', 'one', 'two', 'one']);
      expect(infos.map((info) => info!.ttlMs > 20_000)).toEqual([true, true, false, true]);
    });

    it('gives every grant a greater token', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const tokens: number[] = [];
      for (let i = 0; i < 20; i++) {
        const { owner, reply } = await a.ask(key);
        tokens.push((reply as { token: number }).token);
        await a.driver.release(key, owner, BOUND);
      }
      expect(tokens).toEqual(Array.from(new Set(tokens)).sort((x, y) => x - y));
    });

    it('releases once, and says lost to everybody who is not the owner', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key);
      await expect(b.driver.release(key, b.driver.nextOwner(), BOUND)).resolves.toBe('lost');
      await expect(a.driver.release(key, owner, BOUND)).resolves.toBe('released');
      await expect(a.driver.release(key, owner, BOUND)).resolves.toBe('lost');
      await b.hold(key);
    });

    it('lets a lease run out, and says lost to its owner then', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key, { ttlMs: 30 });
      const next = await vi.waitFor(() => b.hold(key), 5000);
      const lease = { key, owner, ttlMs: 60_000 };
      await expect(a.driver.renew([lease, { ...lease, owner: next }], BOUND)).resolves.toEqual(['lost', 'held']);
      await expect(a.driver.release(key, owner, BOUND)).resolves.toBe('lost');
      await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ owner: next });
    });

    it('renews many leases at once', async () => {
      await using a = drivers.process();
      const keys = Array.from({ length: 40 }, () => drivers.key());
      const leases = await Promise.all(
        keys.map(async (key) => ({ key, owner: await a.hold(key, { ttlMs: 20_000 }), ttlMs: 90_000 })),
      );
      await expect(a.driver.renew(leases, BOUND)).resolves.toEqual(keys.map(() => 'held'));
      const infos = await Promise.all(keys.map((key) => a.driver.inspect(key, BOUND)));
      expect(infos.every((info) => info !== undefined && info.ttlMs > 80_000)).toBe(true);
    });

    it('shows the owner, the token, the metadata, the time left and how many wait', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      await expect(a.driver.inspect(key, BOUND)).resolves.toBeUndefined();
      const { owner, reply } = await a.ask(key, { metadata: 'host|7 é' });
      await b.wait(key);
      const info = await b.driver.inspect(key, BOUND);
      expect(info).toMatchObject({
        owner,
        metadata: 'host|7 é',
        token: (reply as { token: number }).token,
        waiters: 1,
      });
      expect(info!.ttlMs).toBeGreaterThan(50_000);
    });

    it('keeps others away for a while after a lease with a delay ran out, and its owner too', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key, { ttlMs: 30, lockDelayMs: 60_000 });
      await vi.waitFor(async () => expect(await a.driver.inspect(key, BOUND)).toBeUndefined(), 5000);
      await expect(a.driver.renew([{ key, owner, ttlMs: 1000 }], BOUND)).resolves.toEqual(['lost']);
      await expect(a.driver.release(key, owner, BOUND)).resolves.toBe('lost');
      const { reply } = await b.ask(key);
      expect(reply).toMatchObject({ kind: 'taken', holder: '' });
      expect(reply).toHaveProperty(
        'holderTtlMs',
        expect.toSatisfy((ms: number) => ms > 50_000),
      );
      await expect(a.ask(key, { owner })).resolves.toMatchObject({ reply: { kind: 'taken', holder: '' } });
    });

    it('lets an owner leave the line whose own delay keeps all others away', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key, { ttlMs: 30, lockDelayMs: 60_000 });
      await vi.waitFor(async () => expect(await a.driver.inspect(key, BOUND)).toBeUndefined(), 5000);
      await expect(a.ask(key, { owner, mode: 'queue' })).resolves.toMatchObject({ reply: { kind: 'queued' } });
      await a.driver.cancel(key, owner, BOUND);
      await expect(b.ask(key)).resolves.toMatchObject({ reply: { kind: 'taken', rank: 0, holder: '' } });
    });

    it('keeps the delay of a lease that is renewed', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key, { lockDelayMs: 60_000 });
      await expect(a.driver.renew([{ key, owner, ttlMs: 30 }], BOUND)).resolves.toEqual(['held']);
      await vi.waitFor(async () => expect(await a.driver.inspect(key, BOUND)).toBeUndefined(), 5000);
      await expect(a.ask(key)).resolves.toMatchObject({ reply: { kind: 'taken', holder: '' } });
    });

    it('needs no delay after a release', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key, { lockDelayMs: 60_000 });
      await a.driver.release(key, owner, BOUND);
      await expect(a.ask(key)).resolves.toMatchObject({ reply: { kind: 'held' } });
    });
  });
}
