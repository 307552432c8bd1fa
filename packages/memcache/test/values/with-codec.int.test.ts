import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  type Codec,
  compressed,
  createMemjsDriver,
  createMetaDriver,
  jsonCodec,
  type MemcacheDriver,
  MemcacheError,
  stringCodec,
  withCodec,
} from '../../src/index.ts';

let server: MemcachedServer;
let driver: MemcacheDriver;

beforeAll(async () => {
  server = await startMemcached();
  driver = createMetaDriver(server);
});

afterAll(async () => {
  await driver.close();
  await server.close();
});

it('stores and reads values by every call, over both drivers', async () => {
  await using memjs = createMemjsDriver({ host: server.host, port: server.port });
  for (const [name, target] of Object.entries({ meta: driver, memjs })) {
    const cache = withCodec(target, jsonCodec);
    const key = `all-${name}`;
    expect(await cache.get(key)).toBeUndefined();
    expect(await cache.replace(key, 0)).toBe('not-stored');
    expect(await cache.add(key, { n: 1 }, { ttlSeconds: 100 })).toBe('stored');
    const { value, cas } = (await cache.gets(key))!;
    expect(value).toEqual({ n: 1 });
    expect(await cache.cas(key, { n: 2 }, cas)).toBe('stored');
    expect(await cache.cas(key, { n: 3 }, cas)).toBe('exists');
    expect(await cache.gat(key, 50)).toEqual({ n: 2 });
    expect(await cache.replace(key, [null])).toBe('stored');
    await cache.set(`${key}-2`, 'text');
    expect(await cache.getMany([`${key}-2`, `${key}-none`, key])).toEqual(['text', undefined, [null]]);
    expect(await cache.touch(key, 10)).toBe(true);
    expect(await cache.delete(key)).toBe(true);
    expect(await cache.gets(key)).toBeUndefined();
  }
});

it('tells a value that is `null` from a miss', async () => {
  const cache = withCodec(driver, jsonCodec);
  await cache.set('null', null);
  expect(await cache.get('null')).toBeNull();
});

it('decodes what `read` finds, and leaves the rest of the result as it is', async () => {
  const cache = withCodec(driver, jsonCodec);
  expect(await cache.read('lease', { leaseSeconds: 30 })).toMatchObject({ status: 'miss', mustRefresh: true });
  const lease = await cache.read('lease', { leaseSeconds: 30 });
  expect(lease).toMatchObject({ status: 'miss', isRefreshing: true });
  expect('value' in lease).toBe(false);
  expect(await cache.cas('lease', { filled: true }, lease.cas, { ttlSeconds: 60 })).toBe('stored');
  expect(await cache.read('lease')).toMatchObject({ status: 'hit', value: { filled: true }, mustRefresh: false });
});

it('compresses on the way, in a thread too', async () => {
  const cache = withCodec(driver, compressed(stringCodec, { flagBit: 5 }));
  const text = 'all work and no play '.repeat(5000);
  await cache.set('packed', text);
  const stored = (await driver.get('packed'))!;
  expect(stored.flags).toBe(32);
  expect(stored.value.length).toBeLessThan(2000);
  expect(await cache.get('packed')).toBe(text);
  expect(await cache.getMany(['packed', 'packed'])).toEqual([text, text]);
});

it('rejects what cannot be decoded with ERR_MEMCACHE_DECODE, naming key, codec and flags', async () => {
  const cache = withCodec(driver, jsonCodec);
  const key = `bad-${'ü'.repeat(30)}`;
  await driver.set(key, '{', { flags: 0 });
  await driver.set('bad-flags', '1', { flags: 77 });
  const wanted = { code: 'ERR_MEMCACHE_DECODE' };
  const message = expect.stringMatching(/"bad-\?{30}".*"json", flags 0/) as string;
  const calls = [
    () => cache.get(key),
    () => cache.gets(key),
    () => cache.gat(key, 0),
    () => cache.read(key),
    () => cache.getMany(['none', key]),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ ...wanted, message });
  await expect(cache.get('bad-flags')).rejects.toMatchObject({
    ...wanted,
    message: expect.stringContaining('flags 77'),
  });
});

it('does so for any codec, whatever that throws', async () => {
  const broken: Codec<string> = {
    name: 'broken',
    encode: (value) => ({ data: Buffer.from(value), flags: 0 }),
    decode: () => {
      throw new Error('out of order');
    },
  };
  const cache = withCodec(driver, broken);
  await cache.set('broken', 'x');
  await expect(cache.get('broken')).rejects.toBeInstanceOf(MemcacheError);
  await expect(cache.get('broken')).rejects.toMatchObject({ message: expect.stringContaining('out of order') });
});

it('answers a miss instead when told to, and tells a function why', async () => {
  await driver.set('miss', '{');
  await driver.set('good', '1');
  const silent = withCodec(driver, jsonCodec, { onDecodeError: 'miss' });
  expect(await silent.get('miss')).toBeUndefined();
  expect(await silent.gets('miss')).toBeUndefined();
  expect(await silent.getMany(['good', 'miss'])).toEqual([1, undefined]);
  expect(await silent.read('miss')).toMatchObject({ status: 'miss' });
  const errors: MemcacheError[] = [];
  const told = withCodec(driver, jsonCodec, { onDecodeError: (error) => errors.push(error) });
  expect(await told.get('miss')).toBeUndefined();
  expect(errors.map(({ code }) => code)).toEqual(['ERR_MEMCACHE_DECODE']);
  expect(() => withCodec(driver, jsonCodec, { onDecodeError: 'ignore' as 'miss' })).toThrow("must be 'throw', 'miss'");
});

it('rejects what cannot be encoded before anything is sent', async () => {
  const cache = withCodec(driver, jsonCodec);
  await cache.set('kept', 1);
  await expect(cache.set('kept', undefined)).rejects.toThrow(TypeError);
  await expect(cache.add('kept-not', () => 1)).rejects.toThrow(TypeError);
  expect(await cache.getMany(['kept', 'kept-not'])).toEqual([1, undefined]);
});

it('leaves errors of the driver as they are', async () => {
  const cache = withCodec(driver, jsonCodec, { onDecodeError: 'miss' });
  await expect(cache.get('')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
});
