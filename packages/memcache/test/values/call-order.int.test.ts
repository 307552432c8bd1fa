import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type Codec,
  compressed,
  createMetaDriver,
  type Encoded,
  type MemcacheDriver,
  stringCodec,
  type TypedCache,
  withCodec,
} from '../../src/index.ts';
import { KeyTurns } from '../../src/values/key-turns.ts';
import { codeOf } from '../hammer.ts';
import { createManualClock } from '../pool/manual-clock.ts';

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

const big = 'all work and no play '.repeat(5000);
const bytes = Buffer.from('k');

/** Encodes what begins with `slow` when it is told to, and all else at once. */
function createSlowCodec(): { readonly codec: Codec<string>; readonly finish: () => void; readonly fail: () => void } {
  const waiting: { resolve: () => void; reject: () => void }[] = [];
  const encode = (text: string): Encoded | Promise<Encoded> => {
    const encoded = { data: Buffer.from(text), flags: 0 };
    if (!text.startsWith('slow')) return encoded;
    return new Promise((resolve, reject) =>
      waiting.push({ resolve: () => resolve(encoded), reject: () => reject(new TypeError('no bytes')) }),
    );
  };
  return {
    codec: { name: 'slow', encode, decode: (data) => data.toString() },
    finish: () => waiting.shift()!.resolve(),
    fail: () => waiting.shift()!.reject(),
  };
}

describe('calls on one key that nobody awaits', () => {
  it('are carried out in their order where the codec is synchronous', async () => {
    const cache = withCodec(driver, stringCodec);
    await Promise.all([cache.set('sync', 'v'), cache.delete('sync')]);
    expect(await cache.get('sync')).toBeUndefined();
    const [, read] = await Promise.all([cache.set('sync', 'w'), cache.get('sync')]);
    expect(read).toBe('w');
  });

  it('are carried out in their order where a value is compressed in a thread', async () => {
    const cache = withCodec(driver, compressed(stringCodec));
    await Promise.all([cache.set('packed', big), cache.set('packed', 'small')]);
    expect(await cache.get('packed')).toBe('small');
    await Promise.all([cache.set('packed', big), cache.delete('packed')]);
    expect(await cache.get('packed')).toBeUndefined();
  });

  it.each<[string, (cache: TypedCache<string>) => Promise<unknown>, unknown]>([
    ['get', (cache) => cache.get('k'), 'slow 1'],
    ['gets', async (cache) => (await cache.gets('k'))?.value, 'slow 1'],
    ['gat', (cache) => cache.gat(bytes, 60), 'slow 1'],
    ['read', async (cache) => (await cache.read('k')).value, 'slow 1'],
    ['getMany', (cache) => cache.getMany(['none', 'k']), [undefined, 'slow 1']],
    ['touch', (cache) => cache.touch('k', 60), true],
    ['delete', (cache) => cache.delete('k'), true],
    ['add', (cache) => cache.add(bytes, 'x'), 'not-stored'],
    ['replace', (cache) => cache.replace('k', 'x'), 'stored'],
    ['cas', (cache) => cache.cas('k', 'x', 1n), 'exists'],
  ])('%s sees the value that is being encoded', async (_, call, expected) => {
    await driver.delete('k');
    const { codec, finish } = createSlowCodec();
    const cache = withCodec(driver, codec);
    const stored = cache.set('k', 'slow 1');
    const outcome = call(cache);
    // A call on another key waits for nothing.
    expect(await cache.get('other')).toBeUndefined();
    finish();
    expect(await outcome).toEqual(expected);
    await stored;
  });

  it('come after a getMany of their key that waits for another key', async () => {
    const { codec, finish } = createSlowCodec();
    const cache = withCodec(driver, codec);
    await Promise.all([driver.delete('a'), driver.set('b', 'before')]);
    const first = cache.set('a', 'slow 1');
    const both = cache.getMany(['a', 'b']);
    const last = cache.set('b', 'after');
    finish();
    expect(await both).toEqual(['slow 1', 'before']);
    await Promise.all([first, last]);
    expect(await cache.get('b')).toBe('after');
  });

  it('keep their order when the first value cannot be encoded', async () => {
    const { codec, finish, fail } = createSlowCodec();
    const cache = withCodec(driver, codec);
    const calls = [cache.set('k', 'slow 1'), cache.set('k', 'quick'), cache.set('k', 'slow 2')];
    const outcomes = Promise.allSettled(calls);
    fail();
    finish();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(await cache.get('k')).toBe('slow 2');
  });
});

describe('the time for encoding', () => {
  it('is part of the time of the call, whose turn ends with it', async () => {
    const clock = createManualClock();
    const { codec, finish } = createSlowCodec();
    const cache = withCodec(driver, codec, { clock });
    await driver.delete('k');
    const late = cache.set('k', 'slow 1', { timeoutMs: 50 }).catch(codeOf);
    const waits = cache.set('k', 'quick').catch(codeOf);
    clock.advance(50);
    expect(await late).toBe('ERR_MEMCACHE_TIMEOUT');
    expect(await waits).toBeUndefined();
    finish();
    expect(await cache.get('k')).toBe('quick');
    const withDefault = cache.set('k', 'slow 2').catch(codeOf);
    clock.advance(1000);
    expect(await withDefault).toBe('ERR_MEMCACHE_TIMEOUT');
  });

  it('leaves the rest of the time for the server', async () => {
    const clock = createManualClock();
    const { codec, finish } = createSlowCodec();
    const times: unknown[] = [];
    const target: MemcacheDriver = Object.create(driver, {
      set: { value: async (_key: string, _value: Buffer, options: object) => void times.push(options) },
    });
    const cache = withCodec(target, codec, { clock });
    const stored = cache.set('k', 'slow 1', { timeoutMs: 500, ttlSeconds: 9 });
    clock.advance(200);
    finish();
    await stored;
    expect(times).toEqual([{ timeoutMs: 300, ttlSeconds: 9, flags: 0, signal: undefined }]);
  });

  it('ends with the reason of the signal', async () => {
    const { codec } = createSlowCodec();
    const cache = withCodec(driver, codec);
    const controller = new AbortController();
    const stored = cache.set('k', 'slow 1', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(stored).rejects.toThrow('enough');
    expect(await cache.delete('none')).toBe(false);
  });
});

it('bounds what waits, and keeps nothing of it', async () => {
  const turns = new KeyTurns({ timeoutMs: 1000, maxWaiting: 2, clock: createManualClock() });
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const order: number[] = [];
  const take = (index: number, ready?: Promise<void>): Promise<unknown> =>
    turns.take(['k'], ready, undefined, async () => order.push(index));
  const calls = [take(1, gate), take(2)];
  expect(await take(3, Promise.reject(new Error('unseen'))).catch(codeOf)).toBe('ERR_MEMCACHE_OVERLOADED');
  expect(turns.areFree(['other'])).toBe(true);
  expect(turns.areFree(['k'])).toBe(false);
  open();
  await Promise.all(calls);
  await expect.poll(() => turns.areFree(['k'])).toBe(true);
  expect(order).toEqual([1, 2]);
});

it('does not let a call that gave up let later ones overtake an earlier one', async () => {
  const clock = createManualClock();
  const { codec, finish } = createSlowCodec();
  const cache = withCodec(driver, codec, { clock });
  const first = cache.set('k', 'slow 1');
  const hasty = cache.delete('k', { timeoutMs: 10 }).catch(codeOf);
  clock.advance(10);
  expect(await hasty).toBe('ERR_MEMCACHE_TIMEOUT');
  const last = cache.set('k', 'last');
  finish();
  await Promise.all([first, last]);
  expect(await cache.get('k')).toBe('last');
});
