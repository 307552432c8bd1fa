import { describe, expect, it } from 'vitest';

import type { ReadPolicy } from '../../src/index.ts';
import { bytes, startClassLab } from './class-lab.ts';
import { poolError } from './memory-pool.ts';

const several: ReadPolicy[] = ['miss-failover', 'fastest'];
const down = poolError('ERR_MEMCACHE_NODE_DOWN');

describe("reads: 'first'", () => {
  it('takes what the first pool answers', async () => {
    const { backend, a, b } = startClassLab();
    await b.set('c:k', bytes('b'));
    await expect(backend.get('c:k')).resolves.toBeUndefined();
    await expect(backend.getMany(['c:k'])).resolves.toEqual([undefined]);
    a.failure = down;
    await expect(backend.get('c:k')).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_READ_FAILED', cause: down });
  });
});

describe.each(several)("reads: '%s'", (reads) => {
  it('finds what only another pool has', async () => {
    const { backend, b } = startClassLab({ reads });
    await b.set('c:k', bytes('b'));
    await expect(backend.get('c:k')).resolves.toMatchObject({ value: bytes('b') });
    await expect(backend.read('c:k')).resolves.toMatchObject({ status: 'hit', value: bytes('b'), cas: 0n });
    await expect(backend.getMany(['c:k', 'c:none'])).resolves.toMatchObject([{ value: bytes('b') }, undefined]);
  });

  it('does without a pool that fails', async () => {
    const { backend, a, b } = startClassLab({ reads });
    a.failure = down;
    await b.set('c:k', bytes('b'));
    await expect(backend.get('c:k')).resolves.toMatchObject({ value: bytes('b') });
    await expect(backend.getMany(['c:k', 'c:none'])).resolves.toMatchObject([{ value: bytes('b') }, undefined]);
    await expect(backend.get('c:none')).resolves.toBeUndefined();
    expect(backend.stats()).toMatchObject({ reads: 4, hits: 2, misses: 2, failures: 0 });
  });

  it('misses what one pool has not and another one does not tell', async () => {
    const { backend, b } = startClassLab({ reads });
    b.failure = down;
    await expect(backend.get('c:k')).resolves.toBeUndefined();
    await expect(backend.read('c:k')).resolves.toMatchObject({ status: 'miss' });
    await expect(backend.getMany(['c:k'])).resolves.toEqual([undefined]);
  });

  it('fails only when every pool does', async () => {
    const { backend, a, b } = startClassLab({ reads });
    a.failure = b.failure = down;
    const failed = { code: 'ERR_MEMCACHE_PROXY_READ_FAILED', cause: down };
    await expect(backend.get('c:k')).rejects.toMatchObject(failed);
    await expect(backend.read('c:k')).rejects.toMatchObject(failed);
    await expect(backend.getMany(['c:k', 'c:l'])).resolves.toMatchObject([failed, failed]);
  });

  it('asks only the first pool for a CAS value', async () => {
    const { backend, b } = startClassLab({ reads });
    await b.set('c:k', bytes('b'));
    await expect(backend.gets('c:k')).resolves.toBeUndefined();
    expect(b.calls).toEqual(['set c:k']);
  });

  it('asks the first pool for a lease after no other has the value', async () => {
    const { backend, a, b } = startClassLab({ reads });
    await backend.read('c:k', { leaseSeconds: 5 });
    expect(a.readOptions.map(({ leaseSeconds }) => leaseSeconds)).toEqual([undefined, 5]);
    await b.set('c:k', bytes('b'));
    await expect(backend.read('c:k', { leaseSeconds: 5 })).resolves.toMatchObject({ mustRefresh: false });
    expect(a.readOptions.map(({ leaseSeconds }) => leaseSeconds)).toEqual([undefined, 5, undefined]);
  });
});

it("does not wait with 'fastest' for a pool that does not answer", async () => {
  const { backend, a, b } = startClassLab({ reads: 'fastest' });
  await b.set('c:k', bytes('b'));
  a.gate = new Promise(() => {});
  await expect(backend.get('c:k')).resolves.toMatchObject({ value: bytes('b') });
  await expect(backend.getMany(['c:k'])).resolves.toMatchObject([{ value: bytes('b') }]);
  await expect(backend.read('c:k', {})).resolves.toMatchObject({ value: bytes('b') });
});

it("asks with 'miss-failover' nobody else for what the first pool has", async () => {
  const { backend, a, b } = startClassLab({ reads: 'miss-failover' });
  await a.set('c:k', bytes('a'));
  await backend.get('c:k');
  await backend.getMany(['c:k']);
  expect(b.calls).toEqual([]);
  await backend.getMany(['c:k', 'c:l']);
  expect(b.calls).toEqual(['get c:l']);
});

it('asks no second pool, and for no lease, on behalf of who is gone meanwhile', async () => {
  const { backend, a, b } = startClassLab({ reads: 'miss-failover' });
  let isThere = true;
  const options = { isWanted: () => isThere, leaseSeconds: 5 };
  await backend.read('c:k', options);
  expect([a.calls, b.calls]).toEqual([['read c:k', 'read c:k'], ['read c:k']]);
  isThere = false;
  await expect(backend.read('c:k', options)).resolves.toMatchObject({ status: 'miss' });
  a.failure = new Error('down');
  await expect(backend.read('c:k', options)).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_READ_FAILED' });
  expect(a.calls).toHaveLength(4);
  expect(b.calls).toHaveLength(1);
});

it('rejects with the reason of a signal that is aborted when the last pool has said no', async () => {
  const { backend, b } = startClassLab({ reads: 'miss-failover' });
  const controller = new AbortController();
  const reason = new Error('the client has gone');
  let open = (): void => {};
  b.gate = new Promise((resolve) => (open = resolve));
  const reading = backend.read('c:k', { signal: controller.signal });
  await Promise.resolve();
  controller.abort(reason);
  open();
  await expect(reading).rejects.toBe(reason);
});
