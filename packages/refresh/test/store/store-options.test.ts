import { describe, expect, it } from 'vitest';

import { put, replacementOf, textAt } from '../../src/conformance/store-case.ts';
import { createMemcacheStore, type MemcacheStoreOptions } from '../../src/store/memcache/memcache-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { createRedisNames } from '../../src/store/redis/redis-names.ts';
import { createRedisStore, type RedisStoreOptions } from '../../src/store/redis/redis-store.ts';
import { createManualClock } from '../manual-clock.ts';

const silent = (): Promise<never> => new Promise(() => undefined);
const redis: RedisStoreOptions['redis'] = {
  call: silent,
  callBuffer: silent,
  duplicate: () => {
    throw new Error('a store needs no connection of its own');
  },
};
const pool: MemcacheStoreOptions['pool'] = {
  capabilities: { cas: true },
  generation: 0,
  read: silent,
  add: silent,
  cas: silent,
};

describe('the options of stores', () => {
  it.for<[string, () => unknown]>([
    ['prefix', () => createRedisStore({ redis, prefix: '' })],
    ['prefix', () => createRedisStore({ redis, prefix: 'a{b' })],
    ['timeoutMs', () => createRedisStore({ redis, timeoutMs: 0 })],
    ['memoryMs', () => createRedisStore({ redis, memoryMs: Number.NaN })],
    ['maxEntries', () => createMemoryStore({ maxEntries: 0 })],
    ['memoryMs', () => createMemoryStore({ memoryMs: -1 })],
    ['prefix', () => createMemcacheStore({ pool, prefix: 'a b' })],
    ['timeoutMs', () => createMemcacheStore({ pool, timeoutMs: Infinity })],
    ['maxValueBytes', () => createMemcacheStore({ pool, maxValueBytes: 1.5 })],
  ])('are checked: %s', ([name, create]) => {
    expect(create).toThrow(RangeError);
    expect(create).toThrow(name);
  });

  it('are refused where memcached cannot compare and swap, or does not tell of lost connections', () => {
    expect(() => createMemcacheStore({ pool: { ...pool, capabilities: { cas: false } } })).toThrow(TypeError);
    expect(() => createMemcacheStore({ pool: { ...pool, generation: undefined } })).toThrow(TypeError);
  });
});

describe('the names of an entry', () => {
  it('are those of one entry only, whatever is in its key', () => {
    const namesOf = createRedisNames('lr:');
    const all = ['a', 'a}', 'a}:m', '{a}:m}', 'a}:1-x:sd', '}'].flatMap((key) => {
      const { meta, data, order, staged } = namesOf(key);
      return [meta, data, order, ...staged('1-x'), ...staged('2-x')];
    });
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('a store in memory', () => {
  it('forgets the entry that was written longest ago when there are too many', async () => {
    const store = createMemoryStore({ maxEntries: 2, clock: createManualClock() });
    await put(store, 'a', 1, 'v');
    await put(store, 'b', 1, 'v');
    await store.begin('a', 2);
    await put(store, 'c', 1, 'v');
    await expect(textAt(store, 'b')).resolves.toBeUndefined();
    await expect(textAt(store, 'a')).resolves.toBe('v');
    await expect(store.replace('b', replacementOf(1, 'late'))).resolves.toBe('superseded');
  });

  it('supersedes a load that takes longer than it remembers', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock, memoryMs: 1000 });
    await store.begin('a', 2);
    clock.freeze(1000);
    await expect(store.replace('a', replacementOf(2, 'late'))).resolves.toBe('superseded');
    await expect(store.begin('a', 1)).resolves.toEqual({ present: undefined });
  });

  it('does not change what was read when the entry changes', async () => {
    const store = createMemoryStore({ clock: createManualClock() });
    const elements = new Map([['a', Buffer.from('1')]]);
    await put(store, 'k', 1, { shape: 'hash', elements });
    elements.clear();
    const before = await store.read('k', 'hash', { kind: 'whole' });
    await store.patch('k', new Map([['a', Buffer.from('2')]]));
    expect(before?.content).toEqual({ shape: 'hash', elements: new Map([['a', Buffer.from('1')]]) });
  });
});
