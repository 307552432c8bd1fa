import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectMeta, createMetaDriver, type MemcacheDriver } from '../../src/index.ts';
import { startScriptedServer } from '../scripted-server.ts';

let server: MemcachedServer;
let binary: MemcacheDriver;
let text: MemcacheDriver;

beforeAll(async () => {
  server = await startMemcached();
  binary = createMetaDriver(server, { keys: 'binary' });
  text = await connectMeta(server);
});

afterAll(async () => {
  await binary.close();
  await text.close();
  await server.close();
});

const odd = Buffer.from([0, 1, 32, 13, 10, 127, 255]);

it('does all that a driver does on keys that are no text', async () => {
  await binary.set(odd, '1', { flags: 8, ttlSeconds: 100 });
  expect(await binary.get(odd)).toEqual({ value: Buffer.from('1'), flags: 8 });
  expect(await binary.incr(odd, 41n)).toBe(42n);
  expect(await binary.append(odd, '!')).toBe('stored');
  expect(await binary.add(odd, 'x')).toBe('not-stored');
  const { cas } = (await binary.gets(odd))!;
  expect(await binary.cas(odd, 'swapped', cas!)).toBe('stored');
  expect(await binary.touch(odd, 50)).toBe(true);
  expect((await binary.gat(odd, 60))?.value.toString()).toBe('swapped');
  expect(await binary.read(odd)).toMatchObject({ status: 'hit', ttlSeconds: 60 });
  expect(await binary.markStale(odd)).toBe(true);
  expect(await binary.delete(odd)).toBe(true);
  await binary.batch([{ kind: 'set', key: odd, value: Buffer.from('batched'), flags: 0, expiresAt: 0 }]);
  expect((await binary.get(odd))?.value.toString()).toBe('batched');
  await binary.batch([{ kind: 'delete', key: odd }]);
  expect(await binary.get(odd)).toBeUndefined();
});

it('reads plain and other keys in one call, in their order', async () => {
  await Promise.all([binary.set('a key', 'one'), binary.set('plain', 'two'), binary.set(Buffer.alloc(186), 'three')]);
  const items = await binary.getMany(['plain', 'a key', 'no key', Buffer.alloc(186), 'a key']);
  expect(items.map((item) => item?.value.toString())).toEqual(['two', 'one', undefined, 'three', 'one']);
});

it('shares plain keys with a driver of text keys, and no others', async () => {
  await binary.set('shared', 'yes');
  await binary.set('not shared', 'no');
  expect((await text.get('shared'))?.value.toString()).toBe('yes');
  await expect(text.get('not shared')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
  // Nor is it found under its base64.
  expect(await text.get(Buffer.from('not shared').toString('base64'))).toBeUndefined();
});

it('keeps apart any two keys that differ', async () => {
  const someKey = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(someKey, { selector: (key) => key.toString('hex'), maxLength: 20 }),
      async (keys) => {
        await Promise.all(keys.map((key) => binary.set(key, key)));
        const items = await binary.getMany(keys);
        expect(items.map((item) => item?.value)).toEqual(keys);
        for (const key of keys) expect((await binary.get(key))?.value).toEqual(key);
        await binary.flushAll();
      },
    ),
    { numRuns: 50 },
  );
});

it('refuses such keys on a server that does not know them, before it sends anything', async () => {
  await using old = await startScriptedServer(
    () => {},
    undefined,
    () => '1.6.9',
  );
  await using driver = createMetaDriver(old, { keys: 'binary' });
  const refusal = {
    code: 'ERR_MEMCACHE_UNSUPPORTED',
    message: expect.stringContaining('binaryKeys (memcached 1.6.10'),
  };
  await expect(driver.get(odd)).rejects.toMatchObject(refusal);
  await expect(driver.set(odd, 'x')).rejects.toMatchObject(refusal);
  await expect(driver.getMany(['plain', odd])).rejects.toMatchObject(refusal);
  await expect(driver.batch([{ kind: 'delete', key: odd }])).rejects.toMatchObject(refusal);
  expect(old.commands).toEqual([]);
});

it('names a kind of keys that there is not', () => {
  expect(() => createMetaDriver({ host: '127.0.0.1' }, { keys: 'base64' as 'binary' })).toThrow(
    "keys must be 'text' or 'binary', got base64",
  );
});
