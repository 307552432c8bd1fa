import { type Clock, systemClock } from '@lockstep/core';
import { describe, expect, it, vi } from 'vitest';

import type { WritePolicy } from '../../src/index.ts';
import { bytes, type ClassLab, heard, held, startClassLab } from './class-lab.ts';
import { poolError } from './memory-pool.ts';

const timeout = poolError('ERR_MEMCACHE_TIMEOUT');
const unknown = { code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN' };

/** Holds back the calls of a pool until the test lets them go. */
function holdBack(pool: ClassLab['a']): () => void {
  let open = (): void => {};
  pool.gate = new Promise((resolve) => (open = resolve));
  return open;
}

describe.each<WritePolicy>(['all', 'first-success', 'async'])("writes: '%s'", (writes) => {
  it('leaves all pools with the same after any sequence of writes', async () => {
    const { backend, a, b } = startClassLab({ writes });
    const same = (): Promise<void> =>
      vi.waitFor(() => expect([held(a, 'c:k'), a.asked.length]).toEqual([held(b, 'c:k'), a.calls.length]));
    await backend.set('c:k', bytes('1'));
    await backend.replace('c:k', bytes('2'));
    await backend.cas('c:k', bytes('3'), a.items.get('c:k')!.cas);
    await same();
    expect(held(b, 'c:k')).toBe('3');
    await backend.delete('c:k');
    await expect(backend.add('c:k', bytes('4'))).resolves.toBe('stored');
    await expect(backend.add('c:k', bytes('5'))).resolves.toBe('not-stored');
    await same();
    expect(held(b, 'c:k')).toBe('4');
  });

  it('has other pools forget what the first counts or appends to', async () => {
    const { backend, a, b } = startClassLab({ writes });
    await backend.set('c:k', bytes('1'));
    await expect(backend.incr('c:k', 1n)).resolves.toBe(2n);
    await vi.waitFor(() => expect(held(b, 'c:k')).toBeUndefined());
    expect(held(a, 'c:k')).toBe('2');
    await backend.set('c:k', bytes('1'));
    await expect(backend.append('c:k', bytes('0'))).resolves.toBe('stored');
    await vi.waitFor(() => expect(held(b, 'c:k')).toBeUndefined());
  });

  it('touches the value in every pool', async () => {
    const { backend, b } = startClassLab({ writes });
    await backend.set('c:k', bytes('1'));
    await backend.touch('c:k', 5);
    await backend.gat('c:k', 6);
    await vi.waitFor(() => expect(b.ttls).toEqual([0, 5, 6]));
  });

  it('tells the hook of the writes in their order, also when a pool is slow', async () => {
    const { backend, b, writes: told } = startClassLab({ writes });
    const open = holdBack(b);
    const ends = [
      backend.set('c:k', bytes('1')),
      backend.set('c:k', bytes('2')),
      backend.delete('c:k'),
      backend.set('c:k', bytes('3')),
    ];
    // Time for all that does not wait for the slow pool.
    await new Promise((resolve) => setImmediate(resolve));
    expect(b.asked).toEqual(['set c:k']);
    open();
    await Promise.all(ends);
    await vi.waitFor(() => expect(heard(told)).toEqual(['set 1', 'set 2', 'delete', 'set 3']));
    await vi.waitFor(() => expect(held(b, 'c:k')).toBe('3'));
  });
});

describe("writes: 'all'", () => {
  it('fails when one pool does not confirm, has other regions forget the key and spools its delete', async () => {
    const { backend, b, writes, spooled } = startClassLab();
    b.failure = timeout;
    await expect(backend.set('c:k', bytes('1'))).rejects.toMatchObject(unknown);
    await expect(backend.add('c:l', bytes('1'))).rejects.toMatchObject(unknown);
    expect(heard(writes)).toEqual(['delete', 'delete']);
    expect(spooled).toEqual(['b c:k', 'b c:l']);
  });

  it('changes nothing when every pool refuses', async () => {
    const { backend, a, b, writes, spooled } = startClassLab();
    a.failure = b.failure = poolError('ERR_MEMCACHE_OVERLOADED');
    await expect(backend.set('c:k', bytes('1'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_WRITE_REFUSED' });
    expect([writes, spooled]).toEqual([[], []]);
  });

  it('spools the delete of a pool that refused what another one took', async () => {
    const { backend, a, writes, spooled } = startClassLab();
    a.failure = poolError('ERR_MEMCACHE_OVERLOADED');
    await expect(backend.set('c:k', bytes('1'))).rejects.toMatchObject(unknown);
    expect([heard(writes), spooled]).toEqual([['delete'], ['a c:k']]);
  });

  it('has no pool keep what it had when nobody knows what the first has', async () => {
    const { backend, a, b, spooled } = startClassLab();
    await backend.set('c:k', bytes('1'));
    a.failure = timeout;
    await expect(backend.incr('c:k', 1n)).rejects.toMatchObject(unknown);
    expect([held(b, 'c:k'), spooled]).toEqual([undefined, ['a c:k']]);
  });

  it('says that something was deleted when any pool had it', async () => {
    const { backend, b } = startClassLab();
    await b.set('c:k', bytes('1'));
    await expect(backend.delete('c:k')).resolves.toBe(true);
    await expect(backend.delete('c:k')).resolves.toBe(false);
  });
});

it('has other pools forget what may have been stored as stale', async () => {
  const { backend, a, b } = startClassLab();
  await backend.set('c:k', bytes('1'));
  await expect(backend.cas('c:k', bytes('2'), a.items.get('c:k')!.cas, { orStale: true })).resolves.toBe('stored');
  expect([held(a, 'c:k'), held(b, 'c:k')]).toEqual(['2', undefined]);
});

describe("writes: 'first-success'", () => {
  it('answers with the first confirmation, and spools the delete of a pool that fails later', async () => {
    const { backend, a, b, writes, spooled } = startClassLab({ writes: 'first-success' });
    const open = holdBack(a);
    await backend.set('c:k', bytes('1'));
    expect(heard(writes)).toEqual(['set 1']);
    expect(held(b, 'c:k')).toBe('1');
    a.failure = timeout;
    open();
    await vi.waitFor(() => expect(spooled).toEqual(['a c:k']));
    expect(backend.stats()).toMatchObject({ writes: 1, failures: 1, spooled: 1 });
  });

  it('fails when all pools do', async () => {
    const { backend, a, b, writes, spooled } = startClassLab({ writes: 'first-success' });
    a.failure = b.failure = timeout;
    await expect(backend.set('c:k', bytes('1'))).rejects.toMatchObject(unknown);
    expect([heard(writes), spooled]).toEqual([['delete'], ['a c:k', 'b c:k']]);
  });
});

describe("writes: 'async'", () => {
  it('answers before any pool does, and tells the hook when they have', async () => {
    const { backend, a, writes } = startClassLab({ writes: 'async' });
    const open = holdBack(a);
    const value = bytes('1');
    await expect(backend.set('c:k', value)).resolves.toBeUndefined();
    await expect(backend.delete('c:other')).resolves.toBe(true);
    value.fill('x');
    expect(writes).toEqual([]);
    open();
    await vi.waitFor(() => expect(heard(writes).toSorted()).toEqual(['delete', 'set 1']));
    expect(held(a, 'c:k')).toBe('1');
  });

  it('tells the hook to forget what a pool did not confirm', async () => {
    const { backend, b, writes, spooled } = startClassLab({ writes: 'async' });
    b.failure = timeout;
    await backend.set('c:k', bytes('1'));
    await vi.waitFor(() => expect([heard(writes), spooled]).toEqual([['delete'], ['b c:k']]));
  });

  it('carries out what it has answered, however long earlier writes to the key take', async () => {
    const timers: (() => void)[] = [];
    const setTimer: Clock['setTimer'] = (run) => {
      timers.push(run);
      return { cancel: () => {} };
    };
    const clock = { ...systemClock, setTimer };
    const { backend, a, b, writes, spooled } = startClassLab({ writes: 'async' }, { clock });
    const open = holdBack(a);
    await Promise.all([backend.set('c:k', bytes('1')), backend.delete('c:k')]);
    for (const run of timers) run();
    open();
    await vi.waitFor(() => expect(heard(writes)).toEqual(['set 1', 'delete']));
    expect([held(a, 'c:k'), held(b, 'c:k'), spooled]).toEqual([undefined, undefined, []]);
  });

  it('refuses writes beyond its bound', async () => {
    const { backend, a } = startClassLab({ writes: 'async' }, { maxPendingWrites: 2 });
    const open = holdBack(a);
    await Promise.all([backend.set('c:1', bytes('v')), backend.set('c:2', bytes('v'))]);
    await expect(backend.set('c:3', bytes('v'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_WRITE_BUSY' });
    open();
    await vi.waitFor(() => expect(backend.set('c:3', bytes('v'))).resolves.toBeUndefined());
  });
});

describe('deleteEverywhere', () => {
  it('passes policy and deadline on to the first pool, and deletes the key in the others', async () => {
    const { backend, a, b, writes } = startClassLab();
    await backend.set('c:k', bytes('1'));
    await expect(backend.deleteEverywhere('c:k', { policy: 'quorum', timeoutMs: 50 })).resolves.toHaveLength(1);
    expect(a.everywhereOptions).toMatchObject([{ policy: 'quorum', timeoutMs: 50 }]);
    expect([held(a, 'c:k'), held(b, 'c:k'), heard(writes)]).toEqual([undefined, undefined, ['set 1', 'delete']]);
  });

  it('fails when another pool does not confirm, and spools its delete', async () => {
    const { backend, b, spooled } = startClassLab();
    b.failure = timeout;
    await expect(backend.deleteEverywhere('c:k')).rejects.toMatchObject(unknown);
    expect(spooled).toEqual(['b c:k']);
  });
});
