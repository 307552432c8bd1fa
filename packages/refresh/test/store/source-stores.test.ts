import { describe, expect, it } from 'vitest';

import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { createSourceStores } from '../../src/store/source-stores.ts';

const whole = { kind: 'whole' } as const;
const valueOf = (text: string) => ({ shape: 'value' as const, value: Buffer.from(text) });

function setUp() {
  const [rest, prices] = [createMemoryStore(), createMemoryStore()];
  return { rest, prices, stores: createSourceStores({ rest, bySource: new Map([['prices', prices]]) }) };
}

describe('stores by source', () => {
  it('keep each entry in the store of its source, whatever is done to it', async () => {
    const { rest, prices, stores } = setUp();
    for (const key of ['prices', 'prices:a', 'pricesof:a', 'coupons:prices']) {
      expect(await stores.begin(key, 1)).toEqual({ present: undefined });
      const freshness = { ticket: 1, ttlMs: 1000, staleForMs: 0 };
      expect(await stores.replace(key, { ...freshness, content: valueOf(key) })).toBe('stored');
      expect(await stores.prolong(key, freshness)).toBe('stored');
    }
    const has = async (store: typeof rest, key: string) => (await store.read(key, 'value', whole)) !== undefined;
    expect([await has(prices, 'prices'), await has(prices, 'prices:a')]).toEqual([true, true]);
    expect([await has(rest, 'prices'), await has(rest, 'prices:a')]).toEqual([false, false]);
    expect([await has(rest, 'pricesof:a'), await has(rest, 'coupons:prices')]).toEqual([true, true]);
    expect((await stores.read('prices:a', 'value', whole))?.content).toEqual(valueOf('prices:a'));
    await stores.invalidate('prices:a', 'remove');
    expect(await has(prices, 'prices:a')).toBe(false);
    expect(await stores.patch('coupons:none', new Map())).toBe(false);
  });

  it('hold every shape that one of them holds, and are closed together', async () => {
    const { rest, prices, stores } = setUp();
    expect([...stores.shapes].toSorted()).toEqual(['hash', 'list', 'value', 'zset']);
    await stores.close();
    for (const store of [rest, prices]) {
      await expect(store.read('a', 'value', whole)).rejects.toMatchObject({ code: 'ERR_REFRESH_CLOSED' });
    }
  });
});
