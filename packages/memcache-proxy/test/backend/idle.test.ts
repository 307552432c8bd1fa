import { expect, it, vi } from 'vitest';

import { bytes, startClassLab } from './class-lab.ts';
import { poolError } from './memory-pool.ts';

const timeout = poolError('ERR_MEMCACHE_TIMEOUT');

/** A promise and its end. */
function gate(): { readonly done: Promise<void>; readonly open: () => void } {
  let open!: () => void;
  const done = new Promise<void>((resolve) => (open = resolve));
  return { done, open };
}

/** Whether it has resolved, after all that can go on has gone on. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  void promise.then(() => (over = true));
  await new Promise((resolve) => setImmediate(resolve));
  return over;
}

it('is idle when nothing was ever written', async () => {
  await expect(startClassLab().backend.idle()).resolves.toBeUndefined();
});

it.each(['all', 'first-success', 'async'] as const)(
  'waits for the spool of a delete that failed when its client was gone or answered (writes %s)',
  async (writes) => {
    const [pools, disk] = [gate(), gate()];
    const { backend, b } = startClassLab({ writes }, { spool: { add: () => disk.done.then(() => undefined) } });
    b.gate = pools.done;
    b.failure = timeout;
    const client = new AbortController();
    void backend.delete('c:k', { signal: client.signal }).catch(() => {});
    client.abort(new Error('gone'));
    const idle = backend.idle();
    expect(await isOver(idle)).toBe(false);
    pools.open();
    expect(await isOver(idle)).toBe(false);
    disk.open();
    await idle;
  },
);

it('waits for the hook', async () => {
  const hook = gate();
  const { backend } = startClassLab({}, { onWrite: () => hook.done });
  const written = backend.set('k', bytes('v'));
  const idle = backend.idle();
  expect(await isOver(idle)).toBe(false);
  hook.open();
  await Promise.all([idle, written]);
});

it('is idle again after writes that were refused', async () => {
  const { backend, main } = startClassLab({ readOnly: true }, { maxPendingWrites: 1 });
  const held = gate();
  main.gate = held.done;
  const attempts = [backend.set('c:k', bytes('v')), ...[1, 2, 3].map(() => backend.set('k', bytes('v')))];
  const ends = Promise.allSettled(attempts);
  held.open();
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'rejected']);
  await backend.idle();
});

it('bounds the bytes of asynchronous writes, and takes more when they are through', async () => {
  const { backend, a, b } = startClassLab({ writes: 'async' }, { maxPendingBytes: 1000 });
  const held = gate();
  a.gate = b.gate = held.done;
  await backend.set('c:1', Buffer.alloc(900));
  await expect(backend.set('c:2', Buffer.alloc(900))).rejects.toMatchObject({
    code: 'ERR_MEMCACHE_PROXY_WRITE_BUSY',
  });
  await backend.set('c:3', Buffer.alloc(50));
  held.open();
  await backend.idle();
  await vi.waitFor(() => backend.set('c:2', Buffer.alloc(900)));
  await backend.idle();
});
