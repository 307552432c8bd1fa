import { expect, it } from 'vitest';

import { versionKeys } from '../src/versions/version-keys.ts';
import { del, set } from './operations.ts';
import { pass, settle, startSettled, tableOf, valueOf, VERSIONED } from './versioned-writers.ts';

it('stores what has a greater version than what is here, and leaves the rest', async () => {
  await using regions = await startSettled();
  const { east, west } = regions;
  await east.store('key', 'seven', 7);
  await expect.poll(() => valueOf(west)).toBe('seven');
  // An older one that comes late.
  await east.journal.append({ ...set('key', 'five'), version: 5 });
  await settle(regions);
  // East cannot know whether its cache took the newer or the older one last.
  await expect.poll(() => [valueOf(east), valueOf(west)]).toEqual([undefined, 'seven']);
  expect(west.receiver.stats().olderVersions).toBe(1);
  await pass(VERSIONED.maxWriteMs);
  await west.store('key', 'eight', 8);
  await expect.poll(() => valueOf(east)).toBe('eight');
  // Beyond what a number holds exactly.
  await east.store('big', 'first', 2n ** 63n);
  await expect.poll(() => valueOf(west, 'big')).toBe('first');
  await east.journal.append({ ...set('big', 'older'), version: 2n ** 63n - 1n });
  await east.journal.append({ ...set('big', 'newer'), version: 2n ** 63n + 1n });
  await expect.poll(() => valueOf(west, 'big')).toBe('newer');
});

it('lets a delete win over older stores that come later, and over one of its own version', async () => {
  await using regions = await startSettled();
  const { east, west } = regions;
  east.isCut = true;
  await east.store('key', 'six', 6);
  await west.store('key', 'five', 5);
  west.applier.state.delete('key');
  await west.journal.append({ ...del('key'), version: 9 });
  await west.journal.append({ ...set('key', 'eight'), version: 8 });
  east.isCut = false;
  await settle(regions);
  await east.journal.append({ ...set('key', 'nine'), version: 9 });
  await settle(regions);
  await expect.poll(() => [valueOf(east), valueOf(west)]).toEqual([undefined, undefined]);
  await pass(VERSIONED.maxWriteMs);
  await west.store('key', 'ten', 10);
  await expect.poll(() => valueOf(east)).toBe('ten');
});

it('keeps the newest of what both stored while they were apart', async () => {
  await using regions = await startSettled();
  const { east, west } = regions;
  const cut = (isCut: boolean): void => {
    east.isCut = isCut;
    west.isCut = isCut;
  };
  cut(true);
  const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
  for (const [n, key] of keys.entries()) {
    const [newer, older] = n % 2 === 0 ? [east, west] : [west, east];
    await newer.store(key, 'newer', 2);
    await older.store(key, 'older', 1);
  }
  await pass(VERSIONED.maxWriteMs);
  cut(false);
  await settle(regions);
  const held = (value: string): number =>
    keys.filter((key) => valueOf(east, key) === value).length +
    keys.filter((key) => valueOf(west, key) === value).length;
  await expect.poll(() => held('older')).toBe(0);
  // A few may have become a miss on a machine that was late.
  expect(held('newer')).toBeGreaterThan(40);
});

it('makes a miss of what was written before the versions here were lost', async () => {
  await using regions = await startSettled();
  const { east, west } = regions;
  west.isCut = true;
  await west.store('key', 'six', 6);
  await east.store('key', 'four', 4);
  await east.store('key', 'five', 5);
  for (let part = 0; part < 16; part += 1) {
    const { newer, older, meta } = versionKeys('west', part);
    await west.client.del(newer, older, meta);
  }
  await west.restartReceiver();
  await tableOf(west);
  await pass(5);
  west.isCut = false;
  await settle(regions);
  expect(valueOf(west)).toBeUndefined();
  await east.store('key', 'seven', 7);
  await expect.poll(() => valueOf(west)).toBe('seven');
});

it('makes a miss of a store without a version, and of older ones that come after it', async () => {
  await using regions = await startSettled();
  const { east, west } = regions;
  await west.store('key', 'five', 5);
  east.isCut = true;
  await west.store('key', 'six', 6);
  await east.store('key', 'foreign');
  await expect.poll(() => valueOf(west)).toBeUndefined();
  east.isCut = false;
  await settle(regions);
  await expect.poll(() => [valueOf(east), valueOf(west)]).toEqual([undefined, undefined]);
});

it('deletes what was stored for a batch that failed then, when a newer one was written here meanwhile', async () => {
  await using regions = await startSettled();
  const { east, west } = regions;
  let failures = 0;
  west.applier.after = async () => {
    if (failures > 0 || valueOf(west) !== 'four') return;
    failures += 1;
    // Its place in the cache comes first, and the store of the older one goes over it.
    await west.journal.append({ ...set('key', 'five'), version: 5 });
    throw new Error('not confirmed');
  };
  await east.store('key', 'four', 4);
  await settle(regions);
  await expect.poll(() => [valueOf(east), valueOf(west)]).toEqual(['five', undefined]);
  expect(failures).toBe(1);
});

it('gives the deletes of suspects up that can never be carried out, and goes on with the others', async () => {
  await using regions = await startSettled();
  const { east, west } = regions;
  west.applier.isRefusal = (error) => error instanceof Error && error.message === 'bad key';
  west.applier.check = ({ kind, key }) => {
    if (kind === 'delete' && key.toString() === 'bad') throw new Error('bad key');
  };
  for (const key of ['bad', 'good']) await west.store(key, 'nine', 9);
  for (const key of ['bad', 'good']) await west.store(key, 'eight', 8);
  await expect.poll(() => [valueOf(west, 'bad'), valueOf(west, 'good')]).toEqual(['eight', undefined]);
  await settle(regions);
  await expect.poll(() => valueOf(east, 'good')).toBe('nine');
  await expect.poll(() => west.receiver.stats().suspects).toBeGreaterThanOrEqual(2);
});
