import { describe, expect, it } from 'vitest';

import { publishAtRate } from '../../src/invalidation/publish-at-rate.ts';
import { ageOfKey } from '../../src/invalidation/sent-key.ts';

const dispose = async (): Promise<void> => {};

describe('publishAtRate', () => {
  it('publishes as many as the rate says, with keys that know when that was', async () => {
    const ages: number[] = [];
    const publisher = {
      publish: async (key: string) => ages.push(ageOfKey(key)),
      [Symbol.asyncDispose]: dispose,
    };
    expect(await publishAtRate(publisher, 1000, 50)).toBe(50);
    expect(ages).toHaveLength(50);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ages)).toBeLessThan(1000);
  });

  it('rejects when a publish does', async () => {
    const publisher = {
      publish: () => Promise.reject(new Error('Redis said no')),
      [Symbol.asyncDispose]: dispose,
    };
    await expect(publishAtRate(publisher, 1000, 5)).rejects.toThrow('Redis said no');
  });
});
