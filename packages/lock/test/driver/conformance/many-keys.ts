import { describe, expect, it, vi } from 'vitest';

import type { LockError } from '../../../src/lock-error.ts';
import { BOUND, type DriversUnderTest, type LockProcess } from './process.ts';

/** Several keys at once, bounds and the end. */
export function describeManyKeys(drivers: DriversUnderTest): void {
  const requestsOf = (
    process: LockProcess,
    keys: readonly string[],
  ): Parameters<LockProcess['driver']['acquireMany']>[0] =>
    keys.map((key) => ({ key, owner: process.driver.nextOwner(), ttlMs: 60_000, grantMs: 2000, mode: 'try' }));

  describe('several keys', () => {
    it('takes all of them, each with a token', async () => {
      await using a = drivers.process();
      const keys = drivers.keysOfOneGroup(3);
      const requests = requestsOf(a, keys);
      const reply = await a.driver.acquireMany(requests, BOUND);
      expect(reply).toMatchObject({ kind: 'held', grants: requests.map(({ key, owner }) => ({ key, owner })) });
      await expect(a.driver.acquireMany(requests, BOUND)).resolves.toMatchObject({ kind: 'held' });
    });

    it('takes none of them when one is taken, and says which', async () => {
      await using a = drivers.process();
      const keys = drivers.keysOfOneGroup(3);
      const holder = await a.hold(keys[2]!);
      const reply = await a.driver.acquireMany(requestsOf(a, keys), BOUND);
      expect(reply).toMatchObject({ kind: 'taken', key: keys[2]!, holder });
      await expect(a.driver.inspect(keys[0]!, BOUND)).resolves.toBeUndefined();
    });

    it('leaves a key to those who wait for it', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const keys = drivers.keysOfOneGroup(2);
      const holder = await a.hold(keys[1]!);
      const waiting = await b.wait(keys[1]!);
      await a.driver.renew([{ key: keys[1]!, owner: holder, ttlMs: 1 }], BOUND);
      await vi.waitFor(async () => {
        const reply = await a.driver.acquireMany(requestsOf(a, keys), BOUND);
        expect(reply).toMatchObject({ kind: 'taken', holder: waiting });
      }, 5000);
    });
  });

  it('has all of them when it is told so, though many are woken and one waits behind them', async () => {
    await using a = drivers.process();
    await using b = drivers.process();
    const keys = drivers.keysOfOneGroup(2);
    const holder = await a.hold(keys[0]!);
    for (let i = 0; i < 3; i++) await b.wait(keys[0]!, { mode: 'barge' });
    await b.wait(keys[0]!);
    await a.driver.renew([{ key: keys[0]!, owner: holder, ttlMs: 1 }], BOUND);
    const requests = requestsOf(a, keys);
    const reply = await vi.waitFor(async () => {
      const asked = await a.driver.acquireMany(requests, BOUND);
      if (asked.kind !== 'held') throw new Error(`taken by ${asked.holder}`);
      return asked;
    }, 5000);
    expect(reply.grants.map(({ token }) => Number.isSafeInteger(token))).toEqual([true, true]);
    const infos = await Promise.all(keys.map((key) => a.driver.inspect(key, BOUND)));
    expect(infos.map((info) => info?.owner)).toEqual(requests.map(({ owner }) => owner));
  });

  describe('the end of a driver', () => {
    it('rejects with the reason of a signal that was aborted', async () => {
      await using a = drivers.process();
      const reason = new Error('enough');
      const asked = a.driver.inspect(drivers.key(), { ...BOUND, signal: AbortSignal.abort(reason) });
      await expect(asked).rejects.toBe(reason);
    });

    it('rejects with ERR_LOCK_CLOSED afterwards, and closes twice', async () => {
      const a = drivers.process();
      await a.driver.close();
      await a.driver.close();
      const error = await a.ask(drivers.key()).catch((caught: unknown) => caught as LockError);
      expect(error).toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    });
  });
}
