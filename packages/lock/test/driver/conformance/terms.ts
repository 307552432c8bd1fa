import { describe, expect, it } from 'vitest';

import { BOUND, type DriversUnderTest } from './process.ts';

/** Numbering the leases that are leaderships. */
export function describeTerms(drivers: DriversUnderTest): void {
  describe('terms', () => {
    it('number the leases that ask for it, one after the other, and each the same when asked again', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const terms: (number | undefined)[] = [];
      for (const one of [a, b, a]) {
        const { driver } = one;
        const owner = await one.hold(key);
        terms.push(await driver.countTerm(key, owner, BOUND), await driver.countTerm(key, owner, BOUND));
        await driver.release(key, owner, BOUND);
        const silent = await one.hold(key);
        await driver.release(key, silent, BOUND);
      }
      expect(terms).toEqual([1, 1, 2, 2, 3, 3]);
    });

    it('are refused to those who do not hold the lock', async () => {
      await using a = drivers.process();
      await using b = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key);
      const waiter = await b.wait(key);
      await expect(b.driver.countTerm(key, waiter, BOUND)).resolves.toBeUndefined();
      await a.driver.release(key, owner, BOUND);
      await expect(a.driver.countTerm(key, owner, BOUND)).resolves.toBeUndefined();
      await expect(b.driver.countTerm(key, waiter, BOUND)).resolves.toBe(1);
    });

    it('are refused to one whose lease ran out and only keeps others away', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key, { ttlMs: 50, lockDelayMs: 20_000 });
      await expect.poll(() => a.driver.inspect(key, BOUND), { interval: 10 }).toBeUndefined();
      await expect(a.driver.countTerm(key, owner, BOUND)).resolves.toBeUndefined();
    });

    it('are shown by inspect for the lease that was counted, and for no other', async () => {
      await using a = drivers.process();
      const key = drivers.key();
      const owner = await a.hold(key, { metadata: 'm' });
      expect(await a.driver.inspect(key, BOUND)).not.toHaveProperty('term');
      await a.driver.countTerm(key, owner, BOUND);
      expect(await a.driver.inspect(key, BOUND)).toMatchObject({ owner, metadata: 'm', term: 1 });
      await a.driver.release(key, owner, BOUND);
      await a.hold(key);
      expect(await a.driver.inspect(key, BOUND)).not.toHaveProperty('term');
    });

    it('are not for locks that several may hold', async () => {
      await using a = drivers.process('semaphore');
      await expect(a.driver.countTerm(drivers.key(), 'p:1', BOUND)).rejects.toThrow('have no terms');
    });
  });
}
