import type { MemcachePool } from '@lockstep/memcache';
import { createJournal, journalKeys, openWriteWatch, shardOf } from '@lockstep/replication';
import { connectRedis, createLogger, mainPoolName, PoolSet } from '@lockstep/service-kit';
import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { type WarmCounts, warmPool } from '../src/warm/warm-pool.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const closers: (() => unknown)[] = [];
let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let eastServer: MemcachedServer;
let east: MemcachePool;
let west: MemcachePool;

async function open(): Promise<[MemcachedServer, MemcachePool]> {
  const server = await startMemcached();
  const { host, port, address } = server;
  const nodes = [{ name: 'a', address, host, port, weight: 1 }];
  const pools = new PoolSet({ pool: { hash: 'ketama', nodes, keys: 'binary' } });
  closers.push(
    () => server.close(),
    () => pools[Symbol.asyncDispose](),
  );
  return [server, pools.get(mainPoolName)];
}

beforeEach(async () => {
  redis = await startRedis();
  client = connectRedis({ url: redis.url, name: 'test', logger });
  closers.push(
    () => redis.close(),
    () => client.disconnect(),
  );
  [[eastServer, east], [, west]] = await Promise.all([open(), open()]);
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Both regions share a Redis here: only the names of their keys matter. */
async function warm({ holdMs = 50, between }: { holdMs?: number; between?: (key: string) => Promise<void> } = {}) {
  const watches = [
    await openWriteWatch({ client, region: 'east' }),
    await openWriteWatch({ client, region: 'west', notAppliedIn: { client, region: 'east' } }),
  ];
  const counts: WarmCounts = { walked: 0, added: 0, passed: 0, written: 0 };
  const target: Pick<MemcachePool, 'add' | 'gets' | 'cas' | 'delete'> = {
    gets: (...args) => west.gets(...args),
    cas: (...args) => west.cas(...args),
    delete: (...args) => west.delete(...args),
    async add(key, ...rest) {
      const outcome = await west.add(key, ...rest);
      await between?.(String(key));
      return outcome;
    },
  };
  const { host, port } = eastServer;
  const options = { nodes: [{ host, port }], source: east, target, watches, holdMs, keysPerSecond: 100_000 };
  const isMeant = (key: Buffer): boolean => !key.toString().startsWith('local:');
  try {
    await warmPool({ ...options, isMeant, signal: AbortSignal.timeout(20_000) }, counts);
  } finally {
    for (const watch of watches) await watch[Symbol.asyncDispose]();
  }
  return counts;
}

it('adds what is missing with flags and time to live, and leaves what is there', async () => {
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
  await using eastJournal = createJournal({ client, region: 'east' });
  await using westJournal = createJournal({ client, region: 'west' });
  for (const key of ['by-east', 'by-west', 'by-nobody']) await east.set(key, 'old');
  const between = async (key: string): Promise<void> => {
    const operation = { kind: 'delete' as const, key: Buffer.from(key) };
    if (key === 'by-east') await eastJournal.append(operation);
    if (key === 'by-west') await westJournal.append(operation);
  };
  await expect(warm({ between })).resolves.toEqual({ walked: 3, added: 1, passed: 0, written: 2 });
  await expect(west.getMany(['by-east', 'by-west', 'by-nobody'])).resolves.toEqual([
    undefined,
    undefined,
    expect.objectContaining({ value: Buffer.from('old') }),
  ]);
});

it('does not copy what the warm region has not applied yet', async () => {
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
  for (let n = 0; n < 5; n += 1) await east.set(`user:${n}`, 'old');
  const between = async (): Promise<void> => redis.kill();
  await expect(warm({ between })).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
  await expect(west.getMany(['user:0', 'user:1', 'user:2', 'user:3', 'user:4'])).resolves.toEqual(
    Array.from({ length: 5 }, () => undefined),
  );
});
