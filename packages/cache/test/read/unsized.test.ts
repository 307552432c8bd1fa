import { describe, expect, it } from 'vitest';

import { openCache } from '../open-cache.ts';

describe('a sizeOf that fails', () => {
  it.each([
    { name: 'NaN', sizeOf: () => Number.NaN, message: 'sizeOf must return 0 or more, got NaN' },
    {
      name: 'an error',
      sizeOf: () => {
        throw new Error('too deep');
      },
      message: 'too deep',
    },
  ])('keeps nothing and is reported: $name', async ({ sizeOf, message }) => {
    let isBroken = false;
    let version = 1;
    await using open = await openCache({ maxBytes: 1000, sizeOf: () => (isBroken ? sizeOf() : 10) });
    const rows = open.cache.define('row', { ttlMs: 1000, tags: () => ['t'], load: async (_id: string) => version });
    await rows.get('1');
    isBroken = true;
    expect(await rows.get('1', { forceLoad: true })).toBe(1);
    expect(rows.peek('1')).toBeUndefined();
    expect(open.errors).toMatchObject([{ message }]);
    isBroken = false;
    await rows.get('1');
    version = 2;
    await open.cache.invalidateTags('t');
    expect(await rows.get('1')).toBe(2);
  });

  it('is not asked about what stands for undefined', async () => {
    const asked: unknown[] = [];
    await using open = await openCache({ maxBytes: 1000, sizeOf: (value) => asked.push(value) });
    const rows = open.cache.define('row', { ttlMs: 1000, negativeTtlMs: 1000, load: (_id: string) => undefined });
    await rows.get('1');
    expect(asked).toEqual([undefined]);
  });
});
