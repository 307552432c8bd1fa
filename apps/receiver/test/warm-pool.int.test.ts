import { createJournal, journalKeys, shardOf } from '@lockstep/replication';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { startWarmWorld, type WarmWorld } from './warm-world.ts';

let world: WarmWorld;
beforeEach(async () => {
  world = await startWarmWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

it('adds what is missing with flags and time to live, and leaves what is there', async () => {
  const { east, west, warm } = world;
  await east.set('user:1', 'one', { flags: 7, ttlSeconds: 1000 });
  await east.set(Buffer.from([0xff, 1]), 'odd');
  await east.set('short', 'brief', { ttlSeconds: 20 });
  await east.set('user:2', 'older');
  await east.set('local:1', 'not meant');
  await west.set('user:2', 'newer');
  await expect(warm()).resolves.toEqual({ walked: 4, added: 3, passed: 1, written: 0 });
  const read = (key: string | Buffer) => west.read(key);
  const one = await read('user:1');
  expect([one.value?.toString(), one.flags]).toEqual(['one', 7]);
  expect(one.ttlSeconds).toBeGreaterThan(900);
  const odd = await read(Buffer.from([0xff, 1]));
  expect([odd.value?.toString(), odd.ttlSeconds]).toEqual(['odd', -1]);
  expect((await read('short')).ttlSeconds).toBeLessThanOrEqual(20);
  expect((await read('user:2')).value?.toString()).toBe('newer');
  await expect(west.get('local:1')).resolves.toBeUndefined();
});

it('takes back what anybody wrote while it was copied, whichever region', async () => {
  const { client, east, west, warm } = world;
  await using eastJournal = createJournal({ client, region: 'east' });
  await using westJournal = createJournal({ client, region: 'west' });
  await using northJournal = createJournal({ client, region: 'north' });
  const keys = ['by-east', 'by-west', 'by-north', 'by-nobody'];
  for (const key of keys) await east.set(key, 'old');
  const between = async (key: string): Promise<void> => {
    const operation = { kind: 'delete' as const, key: Buffer.from(key) };
    if (key === 'by-east') await eastJournal.append(operation);
    if (key === 'by-west') await westJournal.append(operation);
    if (key === 'by-north') await northJournal.append(operation);
  };
  await expect(warm({ between })).resolves.toEqual({ walked: 4, added: 1, passed: 0, written: 3 });
  await expect(west.getMany(keys)).resolves.toEqual([
    undefined,
    undefined,
    undefined,
    expect.objectContaining({ value: Buffer.from('old') }),
  ]);
});

it('does not copy what the warm region has not applied yet', async () => {
  const { client, east, west, warm } = world;
  await using westJournal = createJournal({ client, region: 'west' });
  await westJournal.append({ kind: 'delete', key: Buffer.from('applied') });
  await westJournal.append({ kind: 'delete', key: Buffer.from('travelling-1') });
  const shard = shardOf(Buffer.from('applied'), 16);
  expect(shardOf(Buffer.from('travelling-1'), 16)).not.toBe(shard);
  const reply = (await client.call('XREVRANGE', journalKeys('west', shard).stream, '+', '-')) as [string][];
  await client.call('HSET', `{lockstep:replication:east:west:${shard}}:lane`, 'cursor', reply[0]![0]);
  await east.set('applied', 'fresh');
  await east.set('travelling-1', 'old');
  await expect(warm()).resolves.toEqual({ walked: 2, added: 1, passed: 0, written: 1 });
  await expect(west.get('travelling-1')).resolves.toBeUndefined();
});

it('leaves nothing on trial behind when it cannot go on', async () => {
  const { redis, east, west, warm } = world;
  for (let n = 0; n < 5; n += 1) await east.set(`user:${n}`, 'old');
  const between = async (): Promise<void> => redis.kill();
  await expect(warm({ between })).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
  await expect(west.getMany(['user:0', 'user:1', 'user:2', 'user:3', 'user:4'])).resolves.toEqual(
    Array.from({ length: 5 }, () => undefined),
  );
});

it('overwrites nothing that was stored while a value was on trial, whatever no journal knows of it', async () => {
  const { east, west, warm } = world;
  for (const key of ['newer', 'gone', 'same']) await east.set(key, 'old', { ttlSeconds: 1000 });
  const between = async (key: string): Promise<void> => {
    if (key === 'newer') await west.set(key, 'new', { ttlSeconds: 500 });
    if (key === 'gone') await west.delete(key);
  };
  await expect(warm({ between })).resolves.toEqual({ walked: 3, added: 1, passed: 0, written: 2 });
  const newer = await west.read('newer');
  expect(newer.value?.toString()).toBe('new');
  expect(newer.ttlSeconds).toBeLessThanOrEqual(500);
  await expect(west.get('gone')).resolves.toBeUndefined();
  expect((await west.read('same')).ttlSeconds).toBeGreaterThan(900);
});

it('leaves nothing on trial behind when the source dies on the way', async () => {
  const { east, eastServer, west, warm } = world;
  const keys = Array.from({ length: 3000 }, (_, n) => `user:${n}`);
  for (const key of keys) await east.set(key, 'old');
  let added = 0;
  const between = async (): Promise<void> => {
    added += 1;
    if (added === 300) await eastServer.kill();
  };
  await expect(warm({ between, holdMs: 10_000 })).rejects.toThrow(/.+/);
  expect(added).toBeGreaterThanOrEqual(300);
  const left = await west.getMany(keys);
  expect(left.filter((item) => item !== undefined)).toEqual([]);
});

it('leaves what it has added to its short time to live when the cold pool dies', async () => {
  const { east, west, westServer, warm } = world;
  await east.set('user:1', 'old');
  const ttls: number[] = [];
  const between = async (key: string): Promise<void> => {
    ttls.push((await west.read(key)).ttlSeconds ?? Number.NaN);
    await westServer.kill();
  };
  await expect(warm({ between })).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_MEMCACHE_/) });
  expect(ttls.map((ttl) => ttl > 0 && ttl <= 60)).toEqual([true]);
});

it('reads no more keys than its rate and one portion allow', async () => {
  const { east, warm } = world;
  for (let n = 0; n < 600; n += 1) await east.set(`user:${n}`, 'value');
  const began = performance.now();
  const late: number[] = [];
  let read = 0;
  const onRead = (keys: number): void => {
    read += keys;
    // Of time, so much must have gone by: a busy machine lets more go by.
    const leastMs = ((read - 200) / 500) * 1000;
    if (performance.now() - began < leastMs - 20) late.push(read);
  };
  await expect(warm({ keysPerSecond: 500, onRead })).resolves.toMatchObject({ added: 600 });
  expect([read, late]).toEqual([600, []]);
});
