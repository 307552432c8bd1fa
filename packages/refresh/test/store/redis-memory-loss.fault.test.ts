import { describe, expect, it } from 'vitest';

import { put, replacementOf, textAt } from '../../src/conformance/store-case.ts';
import { generationOf } from './contents.ts';
import { setupRedis } from './redis-lab.ts';

const redis = setupRedis({ appendonly: true });

describe('a store whose Redis dies between begin and replace', () => {
  it('supersedes the load and keeps what was stored, when the data came back', async () => {
    const store = redis.open();
    await put(store, 'k', 1, 'old');
    await store.begin('k', 2);
    await redis.server.kill();
    await redis.server.restart();
    await expect(store.replace('k', replacementOf(2, 'late'))).resolves.toBe('superseded');
    await expect(store.prolong('k', { ticket: 2, ttlMs: 1000, staleForMs: 0 })).resolves.toBe('superseded');
    // The same ticket would let a write of the first process through.
    await expect(store.begin('k', 2)).resolves.toBeUndefined();
    await expect(textAt(store, 'k')).resolves.toBe('old');
    await put(store, 'k', 3, 'new');
    await expect(textAt(store, 'k')).resolves.toBe('new');
  });

  it.for([1, 20_000])('supersedes the load of %i elements when the data is lost', async (size) => {
    const store = redis.open();
    await put(store, 'k', 1, generationOf('list', 3, 1));
    await store.begin('k', 2);
    await redis.server.restart({ keepData: false });
    await expect(store.replace('k', replacementOf(2, generationOf('list', size, 2)))).resolves.toBe('superseded');
    await expect(store.read('k', 'list', { kind: 'whole' })).resolves.toBeUndefined();
    // Tickets may begin anew with the Redis of the locks.
    await put(store, 'k', 1, generationOf('list', 2, 1));
  });

  it('refuses a late write over old data that does not know of the later load', async () => {
    const store = redis.open();
    const client = redis.connect();
    await store.begin('k', 5);
    const meta = await client.dumpBuffer(`{${redis.prefix}k}:m`);
    await put(store, 'k', 6, 'new');
    await redis.server.restart({ keepData: false });
    await client.restore(`{${redis.prefix}k}:m`, 60_000, meta);
    await expect(store.replace('k', replacementOf(5, 'late'))).resolves.toBe('superseded');
    await expect(textAt(store, 'k')).resolves.toBeUndefined();
  });
});
