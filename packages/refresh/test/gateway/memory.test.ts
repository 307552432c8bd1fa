import { describe, expect, it, vi } from 'vitest';

import { openLab } from '../lab.ts';

const memory = { maxEntries: 10 };

describe('a gateway that remembers', () => {
  it('reads the store once for many reads, of the whole and of its parts, and hands out one object', async () => {
    await using lab = openLab();
    const storeReads = vi.spyOn(lab.store, 'read');
    const gateway = lab.gateway({ memory });
    const reads = gateway.of(lab.coupons);
    await reads.read('7');
    await reads.read('7');
    const first = await reads.read('7');
    storeReads.mockClear();
    await lab.clock.advance(100);
    const second = await reads.read('7');
    expect(second).toEqual({ ...first, ageMs: first.ageMs + 100, freshForMs: first.freshForMs - 100 });
    expect(second.data).toBe(first.data);
    expect((await reads.element('7', 'b')).data).toEqual({ id: 'b', version: 1 });
    expect((await reads.page('7', { offset: 1, limit: 5 })).data).toEqual(new Map([['b', { id: 'b', version: 1 }]]));
    expect(storeReads).not.toHaveBeenCalled();
    expect(gateway.stats()).toMatchObject({ remembered: 4 });
  });

  it('forgets what is stored, patched or invalidated anywhere, at once', async () => {
    await using lab = openLab();
    const reads = lab.gateway({ memory }).of(lab.coupons);
    const elsewhere = lab.gateway();
    await reads.read('7');
    await reads.read('7');
    await elsewhere.patch('coupons:7', new Map([['a', { id: 'a', version: 99 }]]));
    await expect.poll(async () => (await reads.read('7')).data.get('a')).toEqual({ id: 'a', version: 99 });
    await elsewhere.invalidate('coupons:7', 'remove');
    await expect.poll(async () => (await reads.read('7')).data.get('a')).toEqual({ id: 'a', version: 2 });
    lab.worker().start();
    await elsewhere.invalidate('coupons:7', 'expire');
    await lab.clock.advance(2000);
    await expect.poll(async () => (await reads.read('7')).data.get('a')).toEqual({ id: 'a', version: 3 });
  });

  it('asks for a refresh in time, and asks the store when its own time is over', async () => {
    await using lab = openLab();
    const gateway = lab.gateway({ memory });
    const reads = gateway.of(lab.coupons);
    await reads.read('7');
    await reads.read('7');
    await lab.clock.advance(8500);
    expect(await reads.read('7')).toMatchObject({ state: 'fresh', freshForMs: 1500 });
    await expect.poll(async () => (await lab.queue.counts()).waiting).toBe(1);
    const { remembered } = gateway.stats();
    await lab.clock.advance(1600);
    expect(await reads.read('7')).toMatchObject({ state: 'stale' });
    expect(gateway.stats().remembered).toBe(remembered);
  });

  it('needs a log', async () => {
    await using lab = openLab();
    expect(() => lab.gateway({ memory, log: undefined } as object)).toThrow('memory needs a log');
  });
});
