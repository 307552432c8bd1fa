import assert from 'node:assert/strict';

import type { Mutation } from '../driver/mutation.ts';
import { always, type ConformanceCase, textOf } from './conformance-case.ts';

const mebibyte = 1024 * 1024;

function set(key: string, value: Buffer | string, expiresAt = 0, flags = 0): Mutation {
  return { kind: 'set', key: Buffer.from(key), value: Buffer.from(value), flags, expiresAt };
}

/** Several keys at a time. */
export const batchCases: readonly ConformanceCase[] = [
  always('reads many keys in their order, misses, repeats and empty values included', async (driver, key) => {
    await Promise.all([
      driver.set(key('1'), 'one', { flags: 5 }),
      driver.set(key('2'), 'two'),
      driver.set(key('3'), ''),
    ]);
    const items = await driver.getMany(['2', 'none', '1', '3', '2', 'none', '3'].map(key));
    assert.deepEqual(items.map(textOf), ['two', undefined, 'one', '', 'two', undefined, '']);
    assert.equal(items[2]?.flags, 5);
    assert.deepEqual(await driver.getMany([]), []);
  }),

  always('reads more keys at once than go into one command of any protocol', async (driver, key) => {
    const keys = Array.from({ length: 1000 }, (_, index) => key(`${index}`.padStart(200, '-')));
    await Promise.all(keys.map((name, index) => driver.set(name, index % 3 === 0 ? `${index}` : '')));
    await driver.delete(keys[500]!);
    const items = await driver.getMany(keys);
    assert.deepEqual(
      items.map(textOf),
      keys.map((_, index) => (index === 500 ? undefined : index % 3 === 0 ? `${index}` : '')),
    );
  }),

  always('carries out a batch of sets and deletes', async (driver, key) => {
    const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;
    await Promise.all([driver.set(key('gone'), 'x'), driver.set(key('late'), 'x')]);
    await driver.batch([
      set(key('kept'), 'kept', 0, 3),
      set(key('soon'), 'soon', seconds(100)),
      set(key('far'), 'far', seconds(90 * 24 * 60 * 60)),
      set(key('late'), 'late', seconds(-1)),
      // What is not there is answered otherwise than what is, also when a value that expired stands for a delete.
      set(key('late-and-never-there'), 'late', seconds(-1)),
      { kind: 'delete', key: Buffer.from(key('gone')) },
      { kind: 'delete', key: Buffer.from(key('never-there')) },
    ]);
    const items = await driver.getMany(['kept', 'soon', 'far', 'late', 'gone'].map(key));
    assert.deepEqual(items.map(textOf), ['kept', 'soon', 'far', undefined, undefined]);
    assert.equal(items[0]?.flags, 3);
    await driver.batch([]);
  }),

  always('carries out a quiet batch of deletes, of what is there and of what is not', async (driver, key) => {
    const keys = Array.from({ length: 100 }, (_, index) => key(`${index}`));
    await Promise.all(keys.filter((_, index) => index % 2 === 0).map((name) => driver.set(name, 'x')));
    const deletes = keys.map((name): Mutation => ({ kind: 'delete', key: Buffer.from(name) }));
    await driver.batch(deletes.slice(0, 99), { quiet: true });
    await driver.set(key('98'), 'after');
    assert.deepEqual((await driver.getMany(keys)).map(textOf), [
      ...Array.from({ length: 98 }, () => undefined),
      'after',
      undefined,
    ]);
    await driver.batch([...deletes, set(key('stored'), 'x')], { quiet: true });
    assert.deepEqual((await driver.getMany([key('98'), key('stored')])).map(textOf), [undefined, 'x']);
  }),

  always('turns a value of a batch that the server refuses for good into a delete', async (driver, key) => {
    await driver.set(key('large'), 'stale');
    await driver.batch([set(key('1'), 'one'), set(key('large'), Buffer.alloc(mebibyte + 1)), set(key('2'), 'two')]);
    const items = await driver.getMany(['1', 'large', '2'].map(key));
    assert.deepEqual(items.map(textOf), ['one', undefined, 'two']);
  }),
];
