import { describe, expect, it } from 'vitest';

import { type Content, defineRefresh, type EntryStore, RefreshError, type RefreshDefinition } from '../../src/index.ts';
import { openLab } from '../lab.ts';

/** A store with another `read`. */
function reading(read: (inner: EntryStore, nth: number) => EntryStore['read']) {
  let reads = 0;
  return (inner: EntryStore): EntryStore =>
    new Proxy(inner, {
      get(target, name: keyof EntryStore) {
        if (name === 'read') return read(target, reads++);
        const value: unknown = target[name];
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      },
    });
}

const bare = defineRefresh('coupons', { shape: 'hash', ttlMs: 10_000 }) as RefreshDefinition;

describe('a gateway that does not load', () => {
  it('says so when an entry is gone again each time it was there', async () => {
    const there = { content: { shape: 'hash', elements: new Map() }, ticket: 1, ageMs: 0, freshForMs: 9, size: 0 };
    const flickers: EntryStore['read'] = async (_key, _shape, part) =>
      // The look for whether it is there asks for a page, the read for all.
      part.kind === 'page' ? (there as never) : undefined;
    await using lab = openLab({ store: reading(() => flickers) });
    const gateway = lab.gateway({ loads: false, definitions: [bare] });
    const read = gateway.read('coupons:1').catch((error: unknown) => error);
    await lab.clock.advance(20_000);
    const error = await read;
    expect(error).toBeInstanceOf(RefreshError);
    expect(error).toMatchObject({ code: 'ERR_REFRESH_TIMEOUT', source: 'coupons' });
  });

  it.each(['cannot be decoded', 'has another shape'])('sees it when an entry that %s is replaced', async (what) => {
    await using lab = openLab();
    const lease = (await lab.locks().tryAcquire('refresh:coupons:1'))!;
    const content =
      what === 'has another shape'
        ? ({ shape: 'value', value: Buffer.from('1') } as const)
        : ({ shape: 'hash', elements: new Map([['a', Buffer.from('{broken')]]) } as const);
    const put = async (token: number, next: Content): Promise<void> => {
      await lab.store.begin('coupons:1', token);
      await lab.store.replace('coupons:1', { ticket: token, content: next, ttlMs: 10_000, staleForMs: 0 });
    };
    await put(lease.token, content);
    const gateway = lab.gateway({ loads: false, definitions: [lab.coupons], waitMs: 5000 });
    let answer: unknown;
    const read = gateway
      .of(lab.coupons)
      .read('1')
      .then(
        (given) => (answer = given),
        (error: unknown) => (answer = error),
      );
    await lab.clock.advance(1000);
    expect(answer).toBeUndefined();
    await put(lease.token + 1, { shape: 'hash', elements: new Map([['a', Buffer.from('{"id":"a","version":7}')]]) });
    await lab.clock.advance(1500);
    expect(answer).toMatchObject({ state: 'fresh', data: new Map([['a', { id: 'a', version: 7 }]]) });
    await read;
  });
});

describe('a gateway whose loads wait for a slot', () => {
  it('keeps no other process from loading the same', async () => {
    await using lab = openLab({ definition: { concurrency: 1 } });
    lab.source.takesMs = 1000;
    const [busy, idle] = [lab.gateway(), lab.gateway()];
    const reads = ['1', '2'].map((id) => busy.read(`coupons:${id}`));
    await lab.clock.advance(50);
    const other = idle.read('coupons:2');
    await lab.clock.advance(50);
    expect(lab.source.calls).toEqual(['coupons:1', 'coupons:2']);
    await lab.clock.advance(2000);
    expect((await Promise.all([...reads, other])).map(({ state }) => state)).toEqual(['loaded', 'fresh', 'loaded']);
    expect(lab.source.calls).toHaveLength(2);
  });
});

describe('a source that is switched off while a gateway waits', () => {
  it('for a slot: is not called', async () => {
    await using lab = openLab({ definition: { concurrency: 1 } });
    const gateway = lab.gateway();
    lab.source.takesMs = 100;
    const first = gateway.read('coupons:1');
    const second = gateway.read('coupons:2').catch((error: unknown) => error);
    await lab.clock.advance(50);
    await lab.switches.set('coupons', false);
    await lab.clock.advance(500);
    expect((await first).state).toBe('loaded');
    expect(await second).toMatchObject({ code: 'ERR_REFRESH_DISABLED' });
    expect(lab.source.calls).toEqual(['coupons:1']);
    expect(gateway.stats()).toMatchObject({ loads: 1, loadsFailed: 0 });
  });

  it('for another process: is not called directly', async () => {
    await using lab = openLab();
    await lab.locks().acquire('refresh:coupons:1', { ttlMs: 30_000 });
    const gateway = lab.gateway({ waitMs: 200, whenLate: 'load' });
    const read = gateway.read('coupons:1').catch((error: unknown) => error);
    await lab.clock.advance(100);
    await lab.switches.set('coupons', false);
    await lab.clock.advance(500);
    expect(await read).toMatchObject({ code: 'ERR_REFRESH_DISABLED' });
    expect(lab.source.calls).toEqual([]);
    expect(gateway.stats()).toMatchObject({ directLoads: 0, loadsFailed: 0 });
  });
});
