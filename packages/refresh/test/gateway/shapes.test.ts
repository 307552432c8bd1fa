import { describe, expect, it } from 'vitest';

import { bytesCodec, defineRefresh, type RefreshDefinition } from '../../src/index.ts';
import { openLab } from '../lab.ts';

interface Item {
  readonly id: number;
  readonly rank: number;
}

const items: Item[] = Array.from({ length: 5 }, (_, i) => ({ id: i, rank: 10 - i }));
const load = async () => ({ data: items });

describe('reads of each shape', () => {
  it('gives a value whole, as JSON or as bytes', async () => {
    await using lab = openLab();
    const prices = defineRefresh('prices', { ttlMs: 1000, load: async () => ({ data: { eur: 1 } }) });
    const image = defineRefresh('image', {
      ttlMs: 1000,
      codec: bytesCodec,
      load: async () => ({ data: Buffer.of(0, 255) }),
    });
    const gateway = lab.gateway({ definitions: [prices, image] });
    for (let i = 0; i < 2; i++) {
      expect((await gateway.of(prices).read()).data.eur).toBe(1);
      expect((await gateway.of(image).read('x')).data).toEqual(Buffer.of(0, 255));
    }
    await expect(gateway.of(prices).page('', { limit: 1 })).rejects.toThrow('has no pages');
    await expect(gateway.of(prices).element('', 'a')).rejects.toThrow('only a hash has elements');
  });

  it.each(['loaded', 'stored'])('gives elements and pages of a hash in the order of the source: %s', async (from) => {
    await using lab = openLab();
    const hash = defineRefresh<Item>('h', { shape: 'hash', primaryKey: 'id', ttlMs: 1000, load });
    const gateway = lab.gateway({ definitions: [hash] });
    if (from === 'stored') await gateway.read('h:1');
    const page = await gateway.of(hash).page('1', { offset: 1, limit: 2 });
    expect([...page.data.keys()]).toEqual(['1', '2']);
    expect(page.size).toBe(5);
    expect((await gateway.of(hash).element('1', '4')).data).toEqual(items[4]);
    expect((await gateway.of(hash).element('1', 'none')).data).toBeUndefined();
  });

  it.each(['loaded', 'stored'])('gives pages of a list, and of a sorted set by its score: %s', async (from) => {
    await using lab = openLab();
    const list = defineRefresh<Item>('l', { shape: 'list', ttlMs: 1000, load });
    const zset = defineRefresh<Item>('z', { shape: 'zset', score: ({ rank }) => rank, ttlMs: 1000, load });
    const gateway = lab.gateway({ definitions: [list, zset] as RefreshDefinition[] });
    if (from === 'stored') await Promise.all([gateway.read('l'), gateway.read('z')]);
    expect((await gateway.of(list).page('', { offset: 3, limit: 9 })).data).toEqual([items[3], items[4]]);
    expect((await gateway.of(zset).page('', { limit: 2 })).data).toEqual([items[4], items[3]]);
  });

  it('gives what is stored as it is', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    const part = { kind: 'element', id: 'a' } as const;
    const { data } = await gateway.read('coupons:1', { part });
    expect(data).toEqual({ shape: 'hash', elements: new Map([['a', Buffer.from('{"id":"a","version":1}')]]) });
  });

  it('refuses keys and sources that it does not know', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    await expect(gateway.read('other:1')).rejects.toMatchObject({ code: 'ERR_REFRESH_UNKNOWN_SOURCE' });
    await expect(gateway.read('')).rejects.toMatchObject({ code: 'ERR_REFRESH_KEY' });
    await expect(gateway.read('coupons:\n')).rejects.toMatchObject({ code: 'ERR_REFRESH_KEY' });
    const other = defineRefresh('coupons', { ttlMs: 1 });
    expect(() => gateway.of(other)).toThrow('was not given coupons');
  });
});
