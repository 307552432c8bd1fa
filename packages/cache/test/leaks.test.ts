import { createMemoryLog } from '@lockstep/invalidation';
import { checkLeaks } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createCache } from '../src/index.ts';

it('leaves nothing behind when it is closed, in the middle of loads, fences and timeouts', async () => {
  let rejected = 0;
  await checkLeaks(async () => {
    const log = createMemoryLog();
    const cache = createCache({ log });
    await cache.ready;
    const rows = cache.define('row', {
      ttlMs: 60_000,
      graceMs: 1000,
      refreshAhead: 0.5,
      softTimeoutMs: 1000,
      tags: (value) => [`t${value}`],
      load: async (id: number): Promise<number> => (id < 0 ? new Promise<number>(() => undefined) : id),
    });
    await rows.getMany(Array.from({ length: 200 }, (_, id) => id));
    await cache.invalidateTags(['t1', 't2']);
    await rows.mutate([3, 4], () => undefined);
    const hanging = Promise.allSettled([rows.get(-1), rows.get(-2, { signal: new AbortController().signal })]);
    await cache.close();
    rejected += (await hanging).filter(({ status }) => status === 'rejected').length;
    await log.close();
  });
  expect(rejected % 2).toBe(0);
  expect(rejected).toBeGreaterThan(0);
});
