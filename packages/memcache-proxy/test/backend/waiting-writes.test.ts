import { expect, it } from 'vitest';

import { createBackend } from '../../src/index.ts';
import { MemoryPool } from './memory-pool.ts';

const busy = { code: 'ERR_MEMCACHE_PROXY_WRITE_BUSY' };

function setUp(): { pool: MemoryPool; open: () => void } {
  const pool = new MemoryPool();
  let open = (): void => {};
  pool.gate = new Promise((resolve) => (open = resolve));
  return { pool, open };
}

it('bounds the bytes of the values that wait for earlier writes to their key', async () => {
  const { pool, open } = setUp();
  const backend = createBackend({ pool, maxPendingBytes: 1000 });
  const value = Buffer.alloc(400);
  const first = backend.set('k', Buffer.alloc(5000));
  const waiting = [backend.set('k', value), backend.meta({ command: 'ms', key: 'k', flags: [], value })];
  await expect(backend.append('k', value)).rejects.toMatchObject(busy);
  await expect(backend.set('k', value)).rejects.toMatchObject(busy);
  open();
  await Promise.all([first, ...waiting]);
  // What has had its turn takes no room any more.
  await Promise.all([backend.set('k', value), backend.set('k', value), backend.append('k', value)]);
});

it('frees the room of a write that gave up waiting', async () => {
  const { pool, open } = setUp();
  const backend = createBackend({ pool, maxPendingBytes: 1000, queueTimeoutMs: 5 });
  const client = new AbortController();
  const value = Buffer.alloc(900);
  const first = backend.set('k', value);
  await expect(backend.set('k', value)).rejects.toMatchObject(busy);
  const gone = backend.set('k', value, { signal: client.signal });
  client.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  const next = backend.set('k', value);
  open();
  await Promise.all([first, next]);
});

it('bounds how many writes wait', async () => {
  const { pool, open } = setUp();
  const backend = createBackend({ pool, maxPendingWrites: 1 });
  const first = backend.set('k', Buffer.from('1'));
  const second = backend.set('k', Buffer.from('2'));
  await expect(backend.set('k', Buffer.from('3'))).rejects.toMatchObject(busy);
  open();
  await Promise.all([first, second]);
});
