import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { appendFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { SPOOL_CHANNEL, type SpoolEvent } from '../../src/index.ts';
import { DiskStore } from '../../src/spool/disk-store.ts';
import { listDisk } from '../../src/spool/list-disk.ts';
import { START } from '../../src/spool/position.ts';
import { Segment } from '../../src/spool/segment.ts';
import { entry } from './spool-lab.ts';

const gone = 'p999999999-1-0000aaaa-00000001';

let root: string;
let stores: DiskStore[];
let events: SpoolEvent[];
const hear = (event: unknown): void => void events.push(event as SpoolEvent);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'disk-'));
  stores = [];
  events = [];
  subscribe(SPOOL_CHANNEL, hear);
});

afterEach(async () => {
  unsubscribe(SPOOL_CHANNEL, hear);
  await Promise.all(stores.map((store) => store.close()));
  await rm(root, { recursive: true });
});

function openStore(options: { maxBytes?: number; segmentBytes?: number } = {}): DiskStore {
  const store = new DiskStore({ root, maxBytes: 1_000_000, segmentBytes: 1000, ...options });
  stores.push(store);
  return store;
}

async function keysOf(store: DiskStore): Promise<string[]> {
  const keys: string[] = [];
  for (let at: string | undefined = START; at !== undefined;) {
    const { entries, next } = await store.read(at, 10);
    keys.push(...entries.map(({ key }) => key.toString()));
    at = next;
  }
  return keys;
}

const many = Array.from({ length: 100 }, (_, index) => entry(`key-${index}`));
const names = many.map(({ key }) => key.toString());

/** The only segment that there is. */
async function segmentPath(): Promise<string> {
  const [owner] = (await readdir(root)).filter((name) => name !== 'damaged');
  const files = await readdir(join(root, owner!));
  expect(files).toHaveLength(1);
  return join(root, owner!, files[0]!);
}

it('keeps entries over many segments in order, and removes a segment with its last entry', async () => {
  const store = openStore();
  for (const one of many) await store.append([one]);
  const [owner] = await readdir(root);
  expect((await readdir(join(root, owner!))).length).toBeGreaterThan(2);
  expect([await keysOf(store), store.count]).toEqual([names, 100]);
  const { entries } = await store.read(START, 50);
  await store.remove(entries.map(({ position }) => position));
  expect(await keysOf(store)).toEqual(names.slice(entries.length));
  for (let left = await store.read(START, 1000); left.entries.length > 0; left = await store.read(START, 1000))
    await store.remove(left.entries.map(({ position }) => position));
  expect([store.count, store.bytes, await readdir(join(root, owner!))]).toEqual([0, 0, []]);
});

it('has read what is removed only once', async () => {
  const store = openStore();
  await store.append(many.slice(0, 3));
  const { entries } = await store.read(START, 10);
  await store.remove([entries[1]!.position, entries[1]!.position]);
  expect([await keysOf(store), store.count]).toEqual([['key-0', 'key-2'], 2]);
});

it('refuses what goes beyond its bound, and keeps what it has', async () => {
  const store = openStore({ maxBytes: 200 });
  await store.append(many.slice(0, 3));
  await expect(store.append(many)).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_SPOOL_FULL' });
  expect(await keysOf(store)).toEqual(['key-0', 'key-1', 'key-2']);
});

it('refuses entries while the disk is full, leaves no empty files, and goes on when there is room', async () => {
  const store = openStore();
  await store.append(many.slice(0, 1));
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const append = vi.spyOn(Segment.prototype, 'append').mockRejectedValue(full);
  for (const one of many.slice(1, 4))
    await expect(store.append([one])).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_SPOOL_FAILED', cause: full });
  append.mockRestore();
  await segmentPath();
  await store.append(many.slice(4, 5));
  expect(await keysOf(store)).toEqual(['key-0', 'key-4']);
});

it('takes over what another one left, and not what it still has', async () => {
  const [closed, open_] = [openStore(), openStore()];
  await closed.append(many.slice(0, 2));
  await open_.append(many.slice(2, 3));
  await closed.close();
  const heir = openStore();
  expect(await heir.adopt()).toBe(1);
  expect([await keysOf(heir), await keysOf(open_)]).toEqual([['key-0', 'key-1'], ['key-2']]);
  expect(await openStore().adopt()).toBe(0);
});

it('lets one of several have what a process left', async () => {
  const closed = openStore({ segmentBytes: 100 });
  for (const one of many) await closed.append([one]);
  await closed.close();
  const heirs = [openStore(), openStore(), openStore()];
  await Promise.all(heirs.map((heir) => heir.adopt()));
  const all = await Promise.all(heirs.map(keysOf));
  expect(all.flat().toSorted()).toEqual(names.toSorted());
});

it('keeps an entry whose file another process takes over while it is written', async () => {
  const store = openStore();
  await store.append(many.slice(0, 1));
  const path = await segmentPath();
  await mkdir(join(root, gone));
  await rename(path, join(root, gone, 'taken.spool'));
  await store.append(many.slice(1, 2));
  expect(await keysOf(store)).toEqual(['key-1']);
  await store.adopt();
  expect(new Set(await keysOf(store))).toEqual(new Set(['key-0', 'key-1']));
});

it('reads what comes before an append that a crash cut short, and tells of it', async () => {
  const crashed = openStore();
  await crashed.append(many.slice(0, 2));
  await crashed.close();
  const path = await segmentPath();
  const bytes = await readFile(path);
  await appendFile(path, bytes.subarray(8, 20));
  const heir = openStore();
  await heir.adopt();
  expect(await keysOf(heir)).toEqual(['key-0', 'key-1']);
  expect(events).toEqual([{ type: 'torn', where: expect.stringContaining(root) as string, bytes: 12 }]);
});

it('promises nothing of a segment whose name may not survive, and syncs the directory for the next one', async () => {
  const store = openStore({ segmentBytes: 1 });
  await store.append(many.slice(0, 1));
  const handle = await open(root, 'r');
  const sync = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync');
  await handle.close();
  sync.mockRejectedValueOnce(new Error('EIO'));
  await expect(store.append(many.slice(1, 2))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_SPOOL_FAILED' });
  sync.mockClear();
  await store.append(many.slice(2, 3));
  expect(sync).toHaveBeenCalledOnce();
  expect(await keysOf(store)).toEqual(['key-0', 'key-2']);
  sync.mockRestore();
});

it('refuses an entry with a changed bit, keeps the others, and puts the file aside in the end', async () => {
  const crashed = openStore();
  await crashed.append(many.slice(0, 3));
  await crashed.close();
  const path = await segmentPath();
  const file = await open(path, 'r+');
  await file.write(Buffer.from([0xff]), 0, 1, (await readFile(path)).indexOf('key-1'));
  await file.close();
  const heir = openStore();
  await heir.adopt();
  expect(await keysOf(heir)).toEqual(['key-0', 'key-2']);
  expect(events).toEqual([{ type: 'unreadable', where: expect.stringContaining(root) as string, count: 1 }]);
  const { entries } = await heir.read(START, 10);
  await heir.remove(entries.map(({ position }) => position));
  expect(await readdir(join(root, 'damaged'))).toHaveLength(1);
  expect(heir.count).toBe(0);
});

it('leaves a segment of another version to those who can read it', async () => {
  await mkdir(join(root, gone));
  await writeFile(join(root, gone, '1.spool'), 'LSSPOOL\u0002and so on');
  expect(await openStore().adopt()).toBe(0);
  expect(await readdir(join(root, gone))).toEqual(['1.spool']);
  expect(events.map(({ type }) => type)).toEqual(['unreadable']);
});

it('lists what all processes of the machine have', async () => {
  await openStore().append(many.slice(0, 2));
  await openStore().append(many.slice(2, 3));
  const keys: string[] = [];
  for await (const { key } of listDisk(root)) keys.push(key.toString());
  expect(keys.toSorted()).toEqual(['key-0', 'key-1', 'key-2']);
});
