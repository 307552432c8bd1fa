import { describe, expect, it } from 'vitest';

import { settle } from '../fake-clock.ts';
import { deferred, type OpenCache, openCache, rejectionOf } from '../open-cache.ts';

describe('grace and timeouts', () => {
  it('lets the value of before stand in, marked, when a load fails within graceMs', async () => {
    await using open = await openCache();
    let mayLoad = true;
    const users = open.cache.define('user', {
      ttlMs: 100,
      graceMs: 1000,
      load: async (id: string) => {
        if (!mayLoad) throw new Error('down');
        return id;
      },
    });
    await users.get('1');
    mayLoad = false;
    await open.clock.advance(1099);
    expect(await users.getEntry('1')).toEqual({ value: '1', isStale: true, source: 'local' });
    await open.clock.advance(1);
    await expect(users.get('1')).rejects.toThrow('down');
    expect(open.cache.stats()).toMatchObject({ staleServed: 1, loadsFailed: 2 });
  });

  it('lets nothing that was invalidated stand in', async () => {
    await using open = await openCache();
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 100,
      graceMs: 10_000,
      load: (_id: string) => gates[loads++]!.promise,
    });
    gates[0]!.resolve('old');
    await users.get('1');
    await open.clock.advance(150);
    const waiting = users.get('1');
    await open.log.publish(['user:1']);
    gates[1]!.reject(new Error('down'));
    await expect(waiting).rejects.toThrow('down');
  });

  it.each([
    ['a tag of it', (open: OpenCache) => open.log.publish([], { tags: ['t'] })],
    ['its view', (open: OpenCache) => open.log.publish([], { tags: ['@view:user'] })],
    ['a tag of it by this process', (open: OpenCache) => open.cache.invalidateTags('t')],
  ])('lets no value stand in after %s was invalidated', async (_name, invalidate) => {
    await using open = await openCache();
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 100,
      graceMs: 10_000,
      tags: () => ['t'],
      load: (_id: string) => gates[loads++]!.promise,
    });
    gates[0]!.resolve('old');
    await users.get('1');
    await open.clock.advance(150);
    const waiting = rejectionOf(users.get('1'));
    const soft = rejectionOf(users.get('1', { softTimeoutMs: 50 }));
    await invalidate(open);
    await open.clock.advance(60);
    gates[1]!.reject(new Error('down'));
    expect([await waiting, await soft]).toMatchObject([{ message: 'down' }, { message: 'down' }]);
  });

  it('serves the value of before at the soft timeout, and keeps what the load brings later', async () => {
    await using open = await openCache();
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 100,
      graceMs: 10_000,
      softTimeoutMs: 50,
      load: (_id: string) => gates[loads++]!.promise,
    });
    gates[0]!.resolve('old');
    await users.get('1');
    await open.clock.advance(150);
    const waiting = users.getEntry('1');
    await open.clock.advance(50);
    expect(await waiting).toEqual({ value: 'old', isStale: true, source: 'local' });
    // The soft timeout counts from the start of the load, whoever comes.
    expect(await users.getEntry('1')).toMatchObject({ value: 'old', isStale: true });
    gates[1]!.resolve('new');
    await settle();
    expect(users.peek('1')).toBe('new');
    expect(loads).toBe(2);
  });

  it('waits on at the soft timeout where there is nothing to serve', async () => {
    await using open = await openCache();
    const gate = deferred<string>();
    const users = open.cache.define('user', { ttlMs: 100, softTimeoutMs: 50, load: (_id: string) => gate.promise });
    const waiting = users.get('1');
    await open.clock.advance(500);
    gate.resolve('late');
    expect(await waiting).toBe('late');
  });

  it('gives a load up at the hard timeout, and aborts its signal', async () => {
    await using open = await openCache();
    let signal: AbortSignal | undefined;
    const users = open.cache.define('user', {
      ttlMs: 100,
      hardTimeoutMs: 1000,
      load: (_id: string, context) => {
        ({ signal } = context);
        return new Promise<string>(() => undefined);
      },
    });
    const waiting = rejectionOf(users.get('1'));
    await open.clock.advance(999);
    expect(signal?.aborted).toBe(false);
    await open.clock.advance(1);
    expect(await waiting).toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT', keys: ['user:1'] });
    expect(signal?.aborted).toBe(true);
    expect(open.cache.health().loading).toBe(0);
  });

  it('takes the stale value at once by staleWhileLoading', async () => {
    await using open = await openCache();
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 100,
      graceMs: 1000,
      staleWhileLoading: true,
      load: (_id: string) => gates[loads++]!.promise,
    });
    gates[0]!.resolve('old');
    await users.get('1');
    await open.clock.advance(101);
    expect(await users.getEntry('1')).toMatchObject({ value: 'old', isStale: true });
    gates[1]!.resolve('new');
    await settle();
    expect(await users.getEntry('1')).toMatchObject({ value: 'new', isStale: false });
  });

  it('lets one who waits leave by his signal, and the load go on for the others', async () => {
    await using open = await openCache();
    const gate = deferred<string>();
    let signal: AbortSignal | undefined;
    const users = open.cache.define('user', {
      ttlMs: 100,
      load: (_id: string, context) => {
        ({ signal } = context);
        return gate.promise;
      },
    });
    const leaver = new AbortController();
    const other = new AbortController();
    const leaving = rejectionOf(users.get('1', { signal: leaver.signal }));
    const staying = users.get('1', { signal: other.signal });
    leaver.abort(new Error('bye'));
    expect(await leaving).toMatchObject({ message: 'bye' });
    expect(signal?.aborted).toBe(false);
    gate.resolve('x');
    expect(await staying).toBe('x');
  });

  it('aborts the load when all who wait have left, and lets the next one start anew', async () => {
    await using open = await openCache();
    const signals: AbortSignal[] = [];
    const users = open.cache.define('user', {
      ttlMs: 100,
      load: (_id: string, context) => {
        signals.push(context.signal);
        return signals.length === 1 ? new Promise<string>(() => undefined) : 'second';
      },
    });
    const leaver = new AbortController();
    const leaving = rejectionOf(users.get('1', { signal: leaver.signal }));
    leaver.abort(new Error('bye'));
    expect(await leaving).toMatchObject({ message: 'bye' });
    expect(signals[0]?.aborted).toBe(true);
    expect(await users.get('1')).toBe('second');
  });
});
