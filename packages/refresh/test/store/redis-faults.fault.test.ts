import { startFaultProxy } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { put, replacementOf, textAt, wholeOf } from '../../src/conformance/store-case.ts';
import type { Shape } from '../../src/store/content.ts';
import { createRedisStore } from '../../src/store/redis/redis-store.ts';
import { elementsOf, generationOf } from './contents.ts';
import { setupRedis } from './redis-lab.ts';
import { passInRedis } from './time-machine.ts';

const redis = setupRedis();

const WHOLE = { kind: 'whole' } as const;

describe('a store in a Redis in trouble', () => {
  it('leaves whole what is there when the memory is full, and can invalidate it', async () => {
    const store = redis.open();
    const client = redis.connect();
    await put(store, 'k', 1, generationOf('hash', 10, 1));
    await store.begin('k', 2);
    await client.config('SET', 'maxmemory', '1');
    try {
      for (const size of [10, 5000]) {
        const replacement = replacementOf(2, generationOf('hash', size, 2));
        await expect(store.replace('k', replacement)).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
      }
      const prolongation = { ticket: 2, ttlMs: 9_000_000, staleForMs: 0 };
      await expect(store.prolong('k', prolongation)).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
      await expect(store.patch('k', new Map([['1', undefined]]))).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
      await expect(store.begin('k', 3)).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
      const { content, freshForMs } = await wholeOf(store, 'k', 'hash');
      expect(content).toEqual(generationOf('hash', 10, 1));
      expect(freshForMs).toBeLessThan(100_000);
      await store.invalidate('k', 'expire');
      expect((await wholeOf(store, 'k', 'hash')).freshForMs).toBeLessThanOrEqual(0);
      await store.invalidate('k', 'remove');
      await expect(store.read('k', 'hash', WHOLE)).resolves.toBeUndefined();
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
    await expect(store.replace('k', replacementOf(2, 'late'))).resolves.toBe('superseded');
  });

  it.for<Shape>(['list', 'hash', 'zset'])('stores a large %s once, whatever is sent again', async (shape) => {
    await using proxy = await startFaultProxy({ to: redis.server });
    const client = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 5 });
    client.on('error', () => undefined);
    const store = createRedisStore({ redis: client, prefix: redis.prefix, timeoutMs: 20_000 });
    try {
      const content = generationOf(shape, 12_000, 1);
      await store.begin('k', 1);
      let cuts = 0;
      const cutter = setInterval(() => {
        proxy.cut();
        if (++cuts === 12) clearInterval(cutter);
      }, 10);
      const stored = store.replace('k', replacementOf(1, content)).finally(() => clearInterval(cutter));
      await expect(stored).resolves.toBe('stored');
      expect(elementsOf(await wholeOf(redis.open(), 'k', shape))).toEqual(elementsOf({ content }));
    } finally {
      client.disconnect();
    }
  });

  it('takes an entry for stale when the clock of Redis was set back, and makes it fresh again', async () => {
    const store = redis.open();
    await put(store, 'k', 1, 'v');
    await passInRedis(redis.connect(), redis.prefix, 'k', -3_600_000);
    await expect(wholeOf(store, 'k', 'value')).resolves.toMatchObject({ ageMs: 0, freshForMs: 0 });
    await put(store, 'k', 2, 'w');
    expect((await wholeOf(store, 'k', 'value')).freshForMs).toBeGreaterThan(30_000);
  });

  it('says so when Redis is silent, and goes on when it is back', async () => {
    const store = redis.open({ timeoutMs: 200 });
    await put(store, 'k', 1, 'v');
    await redis.server.freeze();
    try {
      await expect(store.read('k', 'value', WHOLE)).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
      const signal = AbortSignal.timeout(20);
      await expect(store.begin('k', 2, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      await redis.server.thaw();
    }
    await expect.poll(() => textAt(store, 'k').catch(() => undefined)).toBe('v');
  });
});

describe('an entry of which Redis has lost a part', () => {
  it.for<[Shape, string]>([
    ['value', 'd'],
    ['list', 'd'],
    ['zset', 'd'],
    ['hash', 'd'],
    ['hash', 'o'],
    ['hash', 'm'],
  ])('is a miss: a %s without its :%s', async ([shape, part]) => {
    const store = redis.open();
    await put(store, 'k', 1, generationOf(shape, 4, 1));
    await redis.connect().del(`{${redis.prefix}k}:${part}`);
    await expect(store.read('k', shape, WHOLE)).resolves.toBeUndefined();
    await expect(store.begin('k', 2)).resolves.toEqual({ present: undefined });
    await expect(store.replace('k', replacementOf(2, generationOf(shape, 5, 2)))).resolves.toBe('stored');
    expect((await wholeOf(store, 'k', shape)).content).toEqual(generationOf(shape, 5, 2));
  });

  it.for([
    ['m', true],
    ['m', false],
    ['d', true],
    ['o', false],
  ] as const)('is a miss when somebody else has written to its :%s, and is replaced', async ([part, isInvalidated]) => {
    const store = redis.open();
    const client = redis.connect();
    await put(store, 'k', 1, generationOf('hash', 4, 1));
    await client.set(`{${redis.prefix}k}:${part}`, 'foreign');
    await expect(store.read('k', 'hash', WHOLE)).resolves.toBeUndefined();
    if (isInvalidated) await store.invalidate('k', 'expire');
    await put(store, 'k', 2, generationOf('hash', 5, 2));
    await expect(wholeOf(store, 'k', 'hash')).resolves.toMatchObject({ size: 5, ticket: 2 });
  });
});
