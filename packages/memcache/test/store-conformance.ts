import { describe, expect, it } from 'vitest';

import type { MemcacheDriver, Mutation } from '../src/index.ts';

const mebibyte = 1024 * 1024;

/** Stores, reads and deletes of every driver, on a real memcached. */
export function describeStores(getDriver: () => MemcacheDriver): void {
  describe('stores', () => {
    const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;
    const set = (key: string, value: Buffer | string, expiresAt = 0, flags = 0): Mutation => ({
      kind: 'set',
      key: Buffer.from(key),
      value: Buffer.from(value),
      flags,
      expiresAt,
    });

    it('returns the bytes and the flags that were stored', async () => {
      const value = Buffer.from([0, 13, 10, 255, ...Buffer.from('END\r\nVA 2\r\n')]);
      await getDriver().set('binary', value, { flags: 0xdead_beef });
      expect(await getDriver().get('binary')).toEqual({ value, flags: 0xdead_beef });
      await getDriver().set('empty', '');
      expect(await getDriver().get('empty')).toEqual({ value: Buffer.alloc(0), flags: 0 });
    });

    it.each([1, 100, 2048, 2049, 70_000, mebibyte - 300])('stores a value of %i bytes', async (size) => {
      const value = Buffer.alloc(size, 'abcdefg\r\n');
      await getDriver().set(`size-${size}`, value);
      expect((await getDriver().get(`size-${size}`))?.value.equals(value)).toBe(true);
    });

    it('keeps apart many concurrent calls on keys of every kind', async () => {
      const keys = Array.from({ length: 300 }, (_, index) =>
        index % 2 === 0 ? `grün-${index}` : Buffer.from([200, 33 + (index % 90), 129]),
      );
      const wanted = new Map(
        keys.map((key, index) => [Buffer.from(key).toString('hex'), `${index}`.repeat(1 + (index % 40) * 100)]),
      );
      await Promise.all(keys.map((key) => getDriver().set(key, wanted.get(Buffer.from(key).toString('hex'))!)));
      const items = await Promise.all(keys.map((key) => getDriver().get(key)));
      expect(items.map((item) => item?.value.toString())).toEqual(
        keys.map((key) => wanted.get(Buffer.from(key).toString('hex'))),
      );
    });

    it('adds only what is missing and replaces only what is there', async () => {
      expect(await getDriver().replace('cond', 'x')).toBe('not-stored');
      expect(await getDriver().add('cond', 'added')).toBe('stored');
      expect(await getDriver().add('cond', 'again')).toBe('not-stored');
      expect(await getDriver().replace('cond', 'replaced', { flags: 9 })).toBe('stored');
      expect(await getDriver().get('cond')).toEqual({ value: Buffer.from('replaced'), flags: 9 });
    });

    it('deletes, and tells whether there was anything', async () => {
      await getDriver().set('doomed', 'x');
      expect(await getDriver().delete('doomed')).toBe(true);
      expect(await getDriver().delete('doomed')).toBe(false);
      expect(await getDriver().get('doomed')).toBeUndefined();
    });

    it('lets a value expire by memcached’s rule, and touches it', async () => {
      await Promise.all([
        getDriver().set('past', 'x', { ttlSeconds: -1 }),
        getDriver().set('past-absolute', 'x', { ttlSeconds: seconds(-10) }),
        getDriver().set('future', 'x', { ttlSeconds: 100 }),
        getDriver().set('future-absolute', 'x', { ttlSeconds: seconds(100) }),
      ]);
      const items = await getDriver().getMany(['past', 'past-absolute', 'future', 'future-absolute']);
      expect(items.map((item) => item !== undefined)).toEqual([false, false, true, true]);
      expect(await getDriver().touch('future', 200)).toBe(true);
      expect(await getDriver().touch('future-absolute', -1)).toBe(true);
      expect(await getDriver().touch('past', 200)).toBe(false);
      expect(await getDriver().get('future-absolute')).toBeUndefined();
      await expect(getDriver().set('future', 'x', { ttlSeconds: 0.5 })).rejects.toThrow(RangeError);
      await expect(getDriver().set('future', 'x', { flags: -1 })).rejects.toThrow(RangeError);
    });

    it('refuses a value above 1 MiB with ERR_MEMCACHE_VALUE_TOO_LARGE and goes on', async () => {
      await getDriver().set('large', 'small');
      const outcomes = await Promise.allSettled([
        getDriver().set('large', Buffer.alloc(mebibyte + 1)),
        getDriver().set('after', 'x'),
      ]);
      expect(outcomes[0]).toMatchObject({ reason: { code: 'ERR_MEMCACHE_VALUE_TOO_LARGE' } });
      expect(outcomes[1]).toMatchObject({ status: 'fulfilled' });
      expect((await getDriver().get('after'))?.value.toString()).toBe('x');
    });

    it('refuses a key that would be a command, before it writes anything', async () => {
      await getDriver().set('victim', 'alive');
      for (const key of ['x\r\ndelete victim', '', 'a b', 'k'.repeat(251)]) {
        await expect(getDriver().delete(key)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
        await expect(getDriver().getMany(['victim', key])).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
      }
      expect((await getDriver().get('victim'))?.value.toString()).toBe('alive');
    });

    it('carries out a batch of sets and deletes', async () => {
      await Promise.all([getDriver().set('b-gone', 'x'), getDriver().set('b-late', 'x')]);
      await getDriver().batch([
        set('b-kept', 'kept', 0, 3),
        set('b-soon', 'soon', seconds(100)),
        set('b-far', 'far', seconds(90 * 24 * 60 * 60)),
        set('b-late', 'late', seconds(-1)),
        // What is not there is answered otherwise than what is, also when a value that expired stands for a delete.
        set('b-late-and-never-there', 'late', seconds(-1)),
        { kind: 'delete', key: Buffer.from('b-gone') },
        { kind: 'delete', key: Buffer.from('b-never-there') },
      ]);
      const items = await getDriver().getMany(['b-kept', 'b-soon', 'b-far', 'b-late', 'b-gone']);
      expect(items.map((item) => item?.value.toString())).toEqual(['kept', 'soon', 'far', undefined, undefined]);
      expect(items[0]?.flags).toBe(3);
      await getDriver().batch([]);
    });

    it('turns a value of a batch that the server refuses for good into a delete', async () => {
      await getDriver().set('b-large', 'stale');
      await getDriver().batch([set('b-1', 'one'), set('b-large', Buffer.alloc(mebibyte + 1)), set('b-2', 'two')]);
      const items = await getDriver().getMany(['b-1', 'b-large', 'b-2']);
      expect(items.map((item) => item?.value.toString())).toEqual(['one', undefined, 'two']);
    });
  });
}
