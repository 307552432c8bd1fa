import assert from 'node:assert/strict';

import { always, type ConformanceCase, rejectsWithCode, textOf } from './conformance-case.ts';

const mebibyte = 1024 * 1024;

/** Stores, reads and deletes, one key at a time. */
export const storeCases: readonly ConformanceCase[] = [
  always('returns the bytes and the flags that were stored', async (driver, key) => {
    const value = Buffer.from([0, 13, 10, 255, ...Buffer.from('END\r\nVA 2\r\n')]);
    await driver.set(key('binary'), value, { flags: 0xdead_beef });
    assert.deepEqual(await driver.get(key('binary')), { value, flags: 0xdead_beef });
    await driver.set(key('empty'), '');
    assert.deepEqual(await driver.get(key('empty')), { value: Buffer.alloc(0), flags: 0 });
  }),

  ...[1, 100, 2048, 2049, 70_000, mebibyte - 300].map((size) =>
    always(`stores a value of ${size} bytes`, async (driver, key) => {
      const value = Buffer.alloc(size, 'abcdefg\r\n');
      await driver.set(key('k'), value);
      assert.ok((await driver.get(key('k')))?.value.equals(value));
    }),
  ),

  always('keeps apart many concurrent calls on keys of every kind', async (driver, key) => {
    const keys = Array.from({ length: 300 }, (_, index) =>
      index % 2 === 0
        ? key(`grün-${index}`)
        : Buffer.concat([Buffer.from(key('')), Buffer.from([200, 33 + (index % 90), 129])]),
    );
    const wanted = new Map(
      keys.map((name, index) => [Buffer.from(name).toString('hex'), `${index}`.repeat(1 + (index % 40) * 100)]),
    );
    const wantedOf = (name: string | Buffer): string => wanted.get(Buffer.from(name).toString('hex'))!;
    await Promise.all(keys.map((name) => driver.set(name, wantedOf(name))));
    const items = await Promise.all(keys.map((name) => driver.get(name)));
    assert.deepEqual(items.map(textOf), keys.map(wantedOf));
  }),

  always('adds only what is missing and replaces only what is there', async (driver, key) => {
    assert.equal(await driver.replace(key('k'), 'x'), 'not-stored');
    assert.equal(await driver.add(key('k'), 'added'), 'stored');
    assert.equal(await driver.add(key('k'), 'again'), 'not-stored');
    assert.equal(await driver.replace(key('k'), 'replaced', { flags: 9 }), 'stored');
    assert.deepEqual(await driver.get(key('k')), { value: Buffer.from('replaced'), flags: 9 });
  }),

  always('deletes, and tells whether there was anything', async (driver, key) => {
    await driver.set(key('doomed'), 'x');
    assert.equal(await driver.delete(key('doomed')), true);
    assert.equal(await driver.delete(key('doomed')), false);
    assert.equal(await driver.get(key('doomed')), undefined);
  }),

  always('lets a value expire by memcached’s rule, and touches it', async (driver, key) => {
    const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;
    await Promise.all([
      driver.set(key('past'), 'x', { ttlSeconds: -1 }),
      driver.set(key('past-absolute'), 'x', { ttlSeconds: seconds(-10) }),
      driver.set(key('future'), 'x', { ttlSeconds: 100 }),
      driver.set(key('future-absolute'), 'x', { ttlSeconds: seconds(100) }),
    ]);
    const items = await driver.getMany(['past', 'past-absolute', 'future', 'future-absolute'].map(key));
    assert.deepEqual(items.map(textOf), [undefined, undefined, 'x', 'x']);
    assert.equal(await driver.touch(key('future'), 200), true);
    assert.equal(await driver.touch(key('future-absolute'), -1), true);
    assert.equal(await driver.touch(key('past'), 200), false);
    assert.equal(await driver.get(key('future-absolute')), undefined);
    await assert.rejects(driver.set(key('future'), 'x', { ttlSeconds: 0.5 }), RangeError);
    await assert.rejects(driver.set(key('future'), 'x', { flags: -1 }), RangeError);
  }),

  always('refuses a value above 1 MiB with ERR_MEMCACHE_VALUE_TOO_LARGE and goes on', async (driver, key) => {
    const large = driver.set(key('large'), Buffer.alloc(mebibyte + 1));
    const after = driver.set(key('after'), 'x');
    await rejectsWithCode(large, 'ERR_MEMCACHE_VALUE_TOO_LARGE');
    await after;
    assert.equal(textOf(await driver.get(key('after'))), 'x');
  }),

  always('refuses a key that would be a command, before it writes anything', async (driver, key) => {
    await driver.set(key('victim'), 'alive');
    for (const bad of ['', 'k'.repeat(251), 'ü'.repeat(126)]) {
      await rejectsWithCode(driver.delete(bad), 'ERR_MEMCACHE_BAD_KEY');
      await rejectsWithCode(driver.getMany([key('victim'), bad]), 'ERR_MEMCACHE_BAD_KEY');
      await rejectsWithCode(driver.set(bad, 'x'), 'ERR_MEMCACHE_BAD_KEY');
    }
    assert.equal(textOf(await driver.get(key('victim'))), 'alive');
  }),

  always('never carries out what is in a value, whatever the key', async (driver, key) => {
    await driver.set(key('victim'), 'alive');
    const value = `set ${key('victim')} 0 0 4\r\nPWND`;
    for (const name of ['b', 'v', '1', 'O1', 'AAEC']) {
      await driver.set(name, value);
      assert.equal(textOf(await driver.get(name)), value);
      assert.equal(await driver.append(name, value), 'stored');
      assert.equal(await driver.delete(name), true);
    }
    assert.equal(textOf(await driver.get(key('victim'))), 'alive');
  }),

  always('never carries out what is in a key', async (driver, key) => {
    await driver.set(key('victim'), 'alive');
    for (const bad of [`x\r\ndelete ${key('victim')}`, `x\nmd ${key('victim')}`, `x ${key('victim')}`, `\0`]) {
      // A driver of binary keys takes it for what it is: a key.
      const outcome = await driver.delete(bad).catch((error: unknown) => (error as { code?: unknown }).code);
      assert.ok(outcome === false || outcome === 'ERR_MEMCACHE_BAD_KEY', `got ${String(outcome)}`);
    }
    assert.equal(textOf(await driver.get(key('victim'))), 'alive');
  }),
];
