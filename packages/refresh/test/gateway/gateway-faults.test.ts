import { describe, expect, it, vi } from 'vitest';

import { type EntryStore, RefreshError, type RefreshQueue } from '../../src/index.ts';
import { openLab } from '../lab.ts';

const down = (): Promise<never> => Promise.reject(new RefreshError('ERR_REFRESH_STORE', 'down'));

/** A store that can be taken down. */
function breakable() {
  const state = { isDown: false, reads: 0 };
  const store = (inner: EntryStore): EntryStore =>
    new Proxy(inner, {
      get(target, name: keyof EntryStore) {
        const value: unknown = target[name];
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (name === 'read') state.reads++;
          return state.isDown && name !== 'close'
            ? down()
            : (value as (...a: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  return { state, store };
}

describe('a gateway whose store is down', () => {
  it('asks the source, a bounded number of times at once, and leaves the store alone after five failures', async () => {
    const { state, store } = breakable();
    await using lab = openLab({ store });
    const gateway = lab.gateway({ maxDirectLoads: 2 });
    state.isDown = true;
    lab.source.takesMs = 100;
    const reads = ['1', '2', '3'].map((id) => gateway.of(lab.coupons).read(id));
    const third = reads[2]!.catch((error: unknown) => error);
    await lab.clock.advance(100);
    expect((await reads[0])!.state).toBe('loaded');
    expect((await reads[1])!.state).toBe('loaded');
    expect(await third).toMatchObject({ code: 'ERR_REFRESH_STORE' });
    expect(lab.source.calls).toHaveLength(2);
    lab.source.takesMs = 0;
    for (let i = 0; i < 20; i++) await gateway.of(lab.coupons).read(`x${i}`);
    expect(state.reads).toBe(5);
    expect(gateway.stats()).toMatchObject({ directLoads: 22, loads: 0, loadsRefused: 1 });
  });

  it('goes back to the store once it answers', async () => {
    const { state, store } = breakable();
    await using lab = openLab({ store });
    const gateway = lab.gateway();
    await gateway.read('coupons:1');
    state.isDown = true;
    for (let i = 0; i < 6; i++) await gateway.read('coupons:1');
    state.isDown = false;
    expect((await gateway.read('coupons:1')).state).toBe('loaded');
    await lab.clock.advance(100);
    expect((await gateway.read('coupons:1')).state).toBe('fresh');
    expect((await gateway.read('coupons:1')).state).toBe('fresh');
  });

  it('answers with what it has loaded when only storing it failed', async () => {
    const { state, store } = breakable();
    await using lab = openLab({ store });
    const gateway = lab.gateway();
    lab.source.answer = () => {
      state.isDown = true;
      return [{ id: 'a', version: 1 }];
    };
    expect((await gateway.read('coupons:1')).state).toBe('loaded');
    expect(lab.source.calls).toHaveLength(1);
    await vi.waitFor(() => expect(lab.errors.map(({ message }) => message)).toEqual(['down']));
  });
});

describe('a gateway whose locks are down', () => {
  it('asks the source and stores nothing', async () => {
    await using lab = openLab();
    const tryAcquire = () => Promise.reject(Object.assign(new Error('down'), { code: 'ERR_LOCK_UNAVAILABLE' }));
    const gateway = lab.gateway({ locks: { tryAcquire } });
    expect((await gateway.read('coupons:1')).state).toBe('loaded');
    expect(await lab.store.read('coupons:1', 'hash', { kind: 'whole' })).toBeUndefined();
  });
});

describe('a gateway whose queue is down', () => {
  it('serves what is stored, and does not ask for each read', async () => {
    await using lab = openLab();
    const enqueue = vi.fn<RefreshQueue['enqueue']>(() => Promise.reject(new RefreshError('ERR_REFRESH_QUEUE', 'down')));
    const gateway = lab.gateway({ queue: { ...lab.queue, enqueue, drop: async () => false } });
    await gateway.read('coupons:1');
    await lab.clock.advance(10_001);
    for (let i = 0; i < 100; i++) expect((await gateway.read('coupons:1')).state).toBe('stale');
    // One as missing, one as stale.
    expect(enqueue).toHaveBeenCalledTimes(2);
    await lab.clock.advance(1001);
    await gateway.read('coupons:1');
    expect(enqueue).toHaveBeenCalledTimes(3);
    expect(gateway.stats()).toMatchObject({ asksFailed: 3, asked: 0 });
  });

  it('does not wait for a queue that never answers', async () => {
    await using lab = openLab();
    const never = new Promise<never>(() => undefined);
    const gateway = lab.gateway({ queue: { enqueue: () => never, drop: () => never } });
    expect((await gateway.read('coupons:1')).state).toBe('loaded');
    await lab.clock.advance(10_001);
    expect((await gateway.read('coupons:1')).state).toBe('stale');
  });
});

describe('a gateway whose source fails', () => {
  it('says so to those who wait, and does not call it for each read', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    lab.source.answer = () => {
      throw new Error('broken');
    };
    for (let i = 0; i < 10; i++) {
      await expect(gateway.read('coupons:1')).rejects.toMatchObject({
        code: 'ERR_REFRESH_SOURCE',
        cause: expect.objectContaining({ message: 'broken' }) as Error,
      });
    }
    expect(lab.source.calls).toHaveLength(1);
    lab.source.answer = () => [];
    await lab.clock.advance(1001);
    expect((await gateway.read('coupons:1')).size).toBe(0);
  });

  it('gives up a source that hangs, tells it so, and the next reader may try', async () => {
    await using lab = openLab({ definition: { loadTimeoutMs: 500 } });
    const gateway = lab.gateway();
    lab.source.takesMs = Infinity;
    const first = gateway.read('coupons:1').catch((error: unknown) => error);
    await lab.clock.advance(500);
    expect(await first).toMatchObject({ code: 'ERR_REFRESH_TIMEOUT' });
    expect(lab.source.underWay).toBe(0);
    lab.source.takesMs = 0;
    expect((await lab.clock.during(100, gateway.read('coupons:1'))).state).toBe('loaded');
  });

  it.each([
    ['no array', 'text'],
    ['two elements of one key', [{ id: 'a' }, { id: 'a' }]],
    ['an element without a key', [{ id: 'a' }, {}]],
    ['null', null],
  ])('stores nothing of garbage: %s', async (_what, data) => {
    await using lab = openLab();
    const gateway = lab.gateway();
    lab.source.answer = () => data;
    await expect(gateway.read('coupons:1')).rejects.toMatchObject({ code: 'ERR_REFRESH_CONTENT' });
    expect(await lab.store.read('coupons:1', 'hash', { kind: 'whole' })).toBeUndefined();
  });
});
