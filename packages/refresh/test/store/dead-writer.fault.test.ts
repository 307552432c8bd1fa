import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { startFaultProxy } from '@lockstep/testing';
import { expect, it, onTestFinished } from 'vitest';

import { put, wholeOf } from '../../src/conformance/store-case.ts';
import { generationOf } from './contents.ts';
import { setupRedis } from './redis-lab.ts';

const redis = setupRedis();

it('leaves the old entry and a key that expires when a writer is killed between chunks', async () => {
  const store = redis.open();
  const client = redis.connect();
  await put(store, 'k', 1, generationOf('list', 1000, 1));
  await using proxy = await startFaultProxy({ to: redis.server });
  proxy.throttle({ bytesPerSecond: 200_000 });
  const settings = { port: proxy.port, prefix: redis.prefix, elements: 300_000 };
  const writer = fork(fileURLToPath(new URL('slow-writer.mjs', import.meta.url)), [JSON.stringify(settings)]);
  onTestFinished(() => void writer.kill('SIGKILL'));
  const staged = (): Promise<string[]> => client.keys('*:sd');
  await expect.poll(staged).toHaveLength(1);
  const [name] = (await staged()) as [string];
  await expect.poll(() => client.llen(name)).toBeGreaterThan(1000);
  const gone = once(writer, 'exit');
  writer.kill('SIGKILL');
  await gone;
  proxy.cut();

  const entry = await wholeOf(store, 'k', 'list');
  expect(entry).toMatchObject({ ticket: 1, size: 1000, content: generationOf('list', 1000, 1) });
  for (const key of await client.keys('*')) await expect(client.pttl(key)).resolves.toBeGreaterThan(0);
  await expect(client.pttl(name)).resolves.toBeLessThanOrEqual(60_000);
  // What it has left is in nobody's way.
  await put(store, 'k', 3, generationOf('list', 2000, 3));
  await expect(wholeOf(store, 'k', 'list')).resolves.toMatchObject({ ticket: 3, size: 2000 });
});

it('leaves no temporary key behind when a large load is superseded, and lets everything expire', async () => {
  const store = redis.open();
  const client = redis.connect();
  await store.begin('k', 1);
  const content = generationOf('hash', 20_000, 1);
  const stored = store.replace('k', { ticket: 1, content, ttlMs: 60_000, staleForMs: 0 });
  await expect.poll(() => client.keys(`{${redis.prefix}*:sd`), { interval: 1 }).toHaveLength(1);
  await redis.open().begin('k', 2);
  await expect(stored).resolves.toBe('superseded');
  await expect.poll(() => client.keys(`{${redis.prefix}*:s?`)).toEqual([]);
  await expect(store.read('k', 'hash', { kind: 'whole' })).resolves.toBeUndefined();
});

it('lets all parts of an entry expire at the same time, whoever wrote them', async () => {
  // For a shorter time than entries are kept.
  const store = redis.open({ memoryMs: 5000 });
  const client = redis.connect();
  for (const shape of ['hash', 'list', 'zset', 'value'] as const) {
    await put(store, `small ${shape}`, 3, generationOf(shape, 3, 3));
    await put(store, `large ${shape}`, 3, generationOf(shape, 3000, 3));
  }
  await put(store, 'changed', 3, generationOf('hash', 3000, 3));
  await put(store, 'changed', 4, generationOf('list', 3000, 4));
  await put(store, 'patched hash', 3, { shape: 'hash', elements: new Map() });
  await store.patch('patched hash', new Map([['more', Buffer.alloc(1)]]));
  await put(store, 'prolonged hash', 3, generationOf('hash', 3, 3), { ttlMs: 1000, staleForMs: 0 });
  await store.prolong('prolonged hash', { ticket: 3, ttlMs: 60_000, staleForMs: 60_000 });
  await store.begin('small list', 4);
  const entries = new Map<string, number[]>();
  for (const key of await client.keys(`{${redis.prefix}*`)) {
    const entry = key.slice(0, -2);
    entries.set(entry, [...(entries.get(entry) ?? []), Number(await client.call('PEXPIRETIME', key))]);
    const leftMs = await client.pttl(key);
    expect(leftMs).toBeGreaterThan(60_000);
    expect(leftMs).toBeLessThanOrEqual(120_000);
  }
  expect(entries.size).toBe(11);
  for (const [entry, times] of entries) {
    expect(times).toHaveLength(entry.includes('hash') ? 3 : 2);
    expect(new Set(times).size).toBe(1);
  }
  await store.invalidate('large list', 'remove');
  await expect(client.exists(`{${redis.prefix}large list}:d`)).resolves.toBe(0);
  await store.begin('begun', 1);
  const leftMs = await client.pttl(`{${redis.prefix}begun}:m`);
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(5000);
});
