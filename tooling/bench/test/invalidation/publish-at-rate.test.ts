import { describe, expect, it } from 'vitest';

import { publishAtRate } from '../../src/invalidation/publish-at-rate.ts';
import { machineNow } from '../../src/invalidation/sent-key.ts';

const dispose = async (): Promise<void> => {};
const keys = Array.from({ length: 50 }, (_, index) => `key:${index}`);

describe('publishAtRate', () => {
  it('publishes every key once, as fast as the rate says, and knows when that was', async () => {
    const published: { readonly key: string; readonly at: number }[] = [];
    const publisher = {
      publish: async (key: string) => published.push({ key, at: machineNow() }),
      [Symbol.asyncDispose]: dispose,
    };
    const sentAt = await publishAtRate(publisher, keys, 1000);
    expect(published.map(({ key }) => key)).toEqual(keys);
    expect([...sentAt.keys()]).toEqual(keys);
    // The last is due 49 ms after the first; a little less when that one was late.
    expect(sentAt.get('key:49')! - sentAt.get('key:0')!).toBeGreaterThan(40);
    const ages = published.map(({ key, at }) => at - sentAt.get(key)!);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ages)).toBeLessThan(1000);
  });

  it('rejects when a publish does', async () => {
    const publisher = {
      publish: () => Promise.reject(new Error('Redis said no')),
      [Symbol.asyncDispose]: dispose,
    };
    await expect(publishAtRate(publisher, keys, 1000)).rejects.toThrow('Redis said no');
  });
});
