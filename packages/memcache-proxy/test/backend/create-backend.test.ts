import { systemClock } from '@lockstep/core';
import { describe, expect, it, vi } from 'vitest';

import { createBackend, type Backend, type BackendOptions, type ProxyWrite } from '../../src/index.ts';
import { MemoryPool, poolError } from './memory-pool.ts';

const KEY = Buffer.from('k');
const NOW_SECONDS = 1_800_000_000;
const clock = { ...systemClock, now: () => NOW_SECONDS * 1000 + 999 };
const bytes = (text: string): Buffer => Buffer.from(text);
const FORGET: ProxyWrite = { kind: 'delete', key: KEY };

function setUp(options: Partial<BackendOptions> = {}): { pool: MemoryPool; backend: Backend; writes: ProxyWrite[] } {
  const pool = new MemoryPool();
  const writes: ProxyWrite[] = [];
  const onWrite = async (write: ProxyWrite): Promise<void> => void writes.push(write);
  return { pool, writes, backend: createBackend({ pool, onWrite, clock, ...options }) };
}

describe('what the hook hears', () => {
  it('hears of a set with value, flags and the moment of expiry', async () => {
    const { backend, writes } = setUp();
    await backend.set(KEY, bytes('v'), { flags: 7, ttlSeconds: 60 });
    expect(writes).toEqual([{ kind: 'set', key: KEY, value: bytes('v'), flags: 7, expiresAt: NOW_SECONDS + 60 }]);
  });

  it('hears 0 for a value that never expires', async () => {
    const { backend, writes } = setUp();
    await backend.set(KEY, bytes('v'));
    expect(writes).toEqual([{ kind: 'set', key: KEY, value: bytes('v'), flags: 0, expiresAt: 0 }]);
  });

  it.each([-1, NOW_SECONDS - 1, NOW_SECONDS])(
    'hears of a delete when a TTL of %d is over at once',
    async (ttlSeconds) => {
      const { backend, writes } = setUp();
      await backend.set(KEY, bytes('v'), { ttlSeconds });
      expect(writes).toEqual([FORGET]);
    },
  );

  it('hears of add, replace and cas that stored', async () => {
    const { backend, writes, pool } = setUp();
    await backend.add(KEY, bytes('1'));
    await backend.replace(KEY, bytes('2'));
    await backend.cas(KEY, bytes('3'), pool.items.get('k')!.cas);
    expect(writes.map((write) => (write.kind === 'set' ? write.value.toString() : 'delete'))).toEqual(['1', '2', '3']);
  });

  it('hears nothing of a store that memcached refused', async () => {
    const { backend, writes } = setUp();
    await expect(backend.replace(KEY, bytes('v'))).resolves.toBe('not-stored');
    await expect(backend.cas(KEY, bytes('v'), 1n)).resolves.toBe('not-found');
    await backend.set(KEY, bytes('v'));
    await expect(backend.add(KEY, bytes('v'))).resolves.toBe('not-stored');
    await expect(backend.cas(KEY, bytes('v'), 99n)).resolves.toBe('exists');
    expect(writes).toHaveLength(1);
  });

  it('hears of a delete also when there was nothing to delete', async () => {
    const { backend, writes } = setUp();
    await expect(backend.delete(KEY)).resolves.toBe(false);
    expect(writes).toEqual([FORGET]);
  });

  it('hears of a delete for touch, incr and decr of a key that is there', async () => {
    const { backend, writes, pool } = setUp();
    await backend.touch(KEY, 5);
    await backend.incr(KEY, 1n);
    await backend.decr(KEY, 1n);
    expect(writes).toEqual([]);
    await pool.set(KEY, bytes('10'));
    await backend.touch(KEY, 5);
    await expect(backend.incr(KEY, 5n)).resolves.toBe(15n);
    await expect(backend.decr(KEY, 1n)).resolves.toBe(14n);
    expect(writes).toEqual([FORGET, FORGET, FORGET]);
  });
});

describe('when a write fails', () => {
  const unknown = ['TIMEOUT', 'CONNECTION_LOST', 'NODE_DOWN', 'PROTOCOL', 'SERVER', 'CLOSED'];
  it.each(unknown)('tells the hook to forget the key after ERR_MEMCACHE_%s, then fails', async (code) => {
    const { backend, writes, pool } = setUp();
    pool.failure = poolError(`ERR_MEMCACHE_${code}`);
    const error = { code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN', cause: pool.failure };
    await expect(backend.set(KEY, bytes('v'))).rejects.toMatchObject(error);
    await expect(backend.touch(KEY, 1)).rejects.toMatchObject(error);
    expect(writes).toEqual([FORGET, FORGET]);
  });

  it('tells the hook to forget the key when the value is too large, for memcached forgot it', async () => {
    const { backend, writes, pool } = setUp();
    pool.failure = poolError('ERR_MEMCACHE_VALUE_TOO_LARGE');
    await expect(backend.set(KEY, bytes('v'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE' });
    expect(writes).toEqual([FORGET]);
  });

  it.each(['BAD_KEY', 'OVERLOADED', 'UNSUPPORTED'])('tells the hook nothing after ERR_MEMCACHE_%s', async (code) => {
    const { backend, writes, pool } = setUp();
    pool.failure = poolError(`ERR_MEMCACHE_${code}`);
    await expect(backend.set(KEY, bytes('v'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_WRITE_REFUSED' });
    expect(writes).toEqual([]);
  });

  it('tells the hook nothing when a value is not a number', async () => {
    const { backend, writes, pool } = setUp();
    pool.failure = poolError('ERR_MEMCACHE_NOT_A_NUMBER');
    await expect(backend.incr(KEY, 1n)).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_NOT_NUMERIC' });
    expect(writes).toEqual([]);
  });

  it('rejects a read with ERR_MEMCACHE_PROXY_READ_FAILED', async () => {
    const { backend, pool } = setUp();
    pool.failure = poolError('ERR_MEMCACHE_TIMEOUT');
    await expect(backend.get(KEY)).rejects.toMatchObject({
      code: 'ERR_MEMCACHE_PROXY_READ_FAILED',
      cause: pool.failure,
    });
    await expect(backend.gets(KEY)).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_READ_FAILED' });
  });
});

describe('when the hook fails', () => {
  const cause = new Error('the journal is full');
  const rejecting = (): Promise<void> => Promise.reject(cause);
  const throwing = (): Promise<void> => {
    throw cause;
  };

  it.each([rejecting, throwing])('fails the write although memcached has it', async (onWrite) => {
    const { backend, pool } = setUp({ onWrite });
    const error = { code: 'ERR_MEMCACHE_PROXY_HOOK_FAILED', cause };
    await expect(backend.set(KEY, bytes('v'))).rejects.toMatchObject(error);
    expect(pool.items.get('k')?.value).toEqual(bytes('v'));
  });

  it('keeps both causes when memcached did not answer either', async () => {
    const { backend, pool } = setUp({ onWrite: rejecting });
    pool.failure = poolError('ERR_MEMCACHE_TIMEOUT');
    const error = (await backend.delete(KEY).catch((thrown: unknown) => thrown)) as {
      code: string;
      cause: AggregateError;
    };
    expect(error.code).toBe('ERR_MEMCACHE_PROXY_WRITE_UNKNOWN');
    expect(error.cause.errors).toEqual([pool.failure, expect.objectContaining({ cause })]);
  });

  it('stops waiting for a hook that never settles', async () => {
    const { backend } = setUp({ onWrite: () => new Promise(() => {}), hookTimeoutMs: 5 });
    await expect(backend.delete(KEY)).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_HOOK_FAILED' });
  });
});

describe('the order of writes', () => {
  it('starts a write only after the hook heard of the one before it, and does not wait for the hook to settle', async () => {
    const events: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { backend, pool } = setUp({
      onWrite: (write) => {
        events.push(`hook after ${pool.calls.length} calls: ${write.kind}`);
        return held;
      },
    });
    const first = backend.set(KEY, bytes('1')).then(() => events.push('first answered'));
    const second = backend.delete(KEY).then(() => events.push('second answered'));
    await vi.waitFor(() => expect(events).toEqual(['hook after 1 calls: set', 'hook after 2 calls: delete']));
    release();
    await Promise.all([first, second]);
    expect(events.slice(2).sort()).toEqual(['first answered', 'second answered']);
  });

  it('does not let one key wait for another', async () => {
    const { backend, pool } = setUp({ onWrite: () => new Promise(() => {}) });
    void backend.delete(KEY).catch(() => {});
    void backend.delete(Buffer.from('other')).catch(() => {});
    await vi.waitFor(() => expect(pool.calls).toEqual(['delete k', 'delete other']));
  });

  it('gives up on a write that waits too long for its turn, without having written', async () => {
    const { backend, pool, writes } = setUp({ queueTimeoutMs: 5 });
    let open = (): void => {};
    pool.gate = new Promise((resolve) => (open = resolve));
    const first = backend.set(KEY, bytes('1'));
    await expect(backend.set(KEY, bytes('2'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_WRITE_BUSY' });
    open();
    await first;
    await backend.set(KEY, bytes('3'));
    expect(writes.map((write) => write.kind === 'set' && write.value.toString())).toEqual(['1', '3']);
  });

  it('lets the next write run after one that failed', async () => {
    const onWrite = async (): Promise<void> => void (pool.failure = undefined);
    const { backend, pool } = setUp({ onWrite });
    pool.failure = poolError('ERR_MEMCACHE_TIMEOUT');
    const failed = backend.set(KEY, bytes('1'));
    const next = backend.set(KEY, bytes('2'));
    await expect(failed).rejects.toThrow('the pool says');
    await expect(next).resolves.toBeUndefined();
  });
});

it.each(['hookTimeoutMs', 'queueTimeoutMs'])('refuses a %s that is not positive', (name) => {
  expect(() => setUp({ [name]: 0 })).toThrow(new RangeError(`${name} must be positive, got 0`));
});
