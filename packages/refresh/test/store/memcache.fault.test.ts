import { connectMeta, type MemcacheDriver } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { put, replacementOf, textAt, wholeOf } from '../../src/conformance/store-case.ts';
import type { EntryStore } from '../../src/store/entry-store.ts';
import { createMemcacheStore, type MemcacheStoreOptions } from '../../src/store/memcache/memcache-store.ts';
import { createManualClock } from '../manual-clock.ts';

let server: MemcachedServer;
let driver: MemcacheDriver;
let tests = 0;

beforeAll(async () => {
  server = await startMemcached();
});
beforeEach(async () => {
  tests++;
  driver = await connectMeta({ host: '127.0.0.1', port: server.port });
});
afterEach(() => driver.close());
afterAll(() => server.close());

function open(options: Partial<MemcacheStoreOptions> = {}): EntryStore {
  return createMemcacheStore({ pool: driver, prefix: `t${tests}`, ...options });
}

describe('a store whose memcached forgets', () => {
  it.for<[string, () => Promise<void>]>([
    ['is flushed', () => driver.flushAll()],
    ['evicts the entry', async () => void (await driver.delete(`t${tests}:k`))],
    ['is started anew', () => server.restart()],
  ])('supersedes the load under way, and has nothing, when it %s', async ([, forget]) => {
    const store = open();
    await put(store, 'k', 1, 'old');
    await store.begin('k', 2);
    await forget();
    await expect.poll(() => store.replace('k', replacementOf(2, 'late')).catch(() => undefined)).toBe('superseded');
    await expect(store.prolong('k', { ticket: 2, ttlMs: 1000, staleForMs: 0 })).resolves.toBe('superseded');
    await expect(textAt(store, 'k')).resolves.toBeUndefined();
    await put(store, 'k', 3, 'new');
    await expect(textAt(store, 'k')).resolves.toBe('new');
  });

  it('does not write by a CAS value that a former memcached gave', async () => {
    const store = open();
    await store.begin('k', 5);
    // The write has read the item, and is held back until another memcached has given the same number to another.
    let hold: (() => Promise<void>) | undefined = async () => {
      await server.restart();
      const other = await connectMeta({ host: '127.0.0.1', port: server.port });
      const later = createMemcacheStore({ pool: other, prefix: `t${tests}` });
      await later.begin('k', 6);
      await other.close();
    };
    const held = createMemcacheStore({
      prefix: `t${tests}`,
      pool: {
        capabilities: driver.capabilities,
        get generation() {
          return driver.generation;
        },
        add: (...args) => driver.add(...args),
        cas: (...args) => driver.cas(...args),
        async read(...args) {
          const found = await driver.read(...args);
          await hold?.();
          if (hold !== undefined) await driver.read('anything').catch(() => undefined);
          hold = undefined;
          return found;
        },
      },
    });
    const outcome = await held.replace('k', replacementOf(5, 'late')).catch(() => 'failed');
    expect(outcome).not.toBe('stored');
    await expect.poll(() => textAt(store, 'k').catch(() => 'failed')).toBeUndefined();
  });
});

describe('an entry in memcached', () => {
  it('is of an age that the clocks of others hardly change', async () => {
    const ahead = createManualClock();
    const behind = createManualClock();
    ahead.stepWall(3_600_000);
    const [one, other] = [open({ clock: ahead }), open({ clock: behind })];
    await put(one, 'k', 1, 'v');
    for (const store of [one, other]) {
      const { ageMs, freshForMs } = await wholeOf(store, 'k', 'value');
      expect(ageMs).toBeLessThanOrEqual(20_000);
      expect(ageMs).toBeGreaterThanOrEqual(0);
      expect(freshForMs).toBeGreaterThanOrEqual(40_000);
      expect(freshForMs).toBeLessThanOrEqual(60_000);
    }
    await put(other, 'k', 2, 'v');
    expect((await wholeOf(one, 'k', 'value')).ageMs).toBeLessThanOrEqual(20_000);
    await other.begin('k', 3);
    expect((await wholeOf(one, 'k', 'value')).freshForMs).toBeGreaterThanOrEqual(20_000);
  });

  it.for(['', 'foreign', 'lockstep-refresher/1 {}\nx', 'lockstep-refresh/1 {\n', 'lockstep-refresh/1 {}\nmore'])(
    'is a miss when somebody else has written %j in its place, and is replaced',
    async (bytes) => {
      const store = open();
      await put(store, 'k', 1, 'v');
      await driver.set(`t${tests}:k`, bytes, { ttlSeconds: 60 });
      await expect(textAt(store, 'k')).resolves.toBeUndefined();
      await expect(store.replace('k', replacementOf(1, 'late'))).resolves.toBe('superseded');
      await store.invalidate('k', 'expire');
      await put(store, 'k', 2, 'new');
      await expect(textAt(store, 'k')).resolves.toBe('new');
    },
  );

  it('refuses a value that is too large, and keeps what is there', async () => {
    const store = open();
    await put(store, 'k', 1, 'old');
    await store.begin('k', 2);
    const large = replacementOf(2, { shape: 'value', value: Buffer.alloc(1_000_001) });
    await expect(store.replace('k', large)).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
    await expect(textAt(store, 'k')).resolves.toBe('old');
    await put(store, 'k', 2, 'x'.repeat(1_000_000));
    await expect(textAt(store, 'k')).resolves.toHaveLength(1_000_000);
  });

  it('says so when memcached is silent', async () => {
    const store = open({ timeoutMs: 200 });
    await put(store, 'k', 1, 'v');
    await server.freeze();
    try {
      await expect(textAt(store, 'k')).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
    } finally {
      await server.thaw();
    }
    await expect.poll(() => textAt(store, 'k').catch(() => undefined)).toBe('v');
  });
});
