import { createMemoryLog } from '@lockstep/invalidation';
import { describe, expect, it } from 'vitest';

import { createCache } from '../src/index.ts';
import { createFakeClock } from './fake-clock.ts';

describe('View.get', () => {
  it('calls the loader once, and serves what it brought until the time to live ends', async () => {
    const clock = createFakeClock();
    const log = createMemoryLog();
    await using cache = createCache({ log, clock });
    await cache.ready;
    let loads = 0;
    const users = cache.define('user', { ttlMs: 1000, load: async (id: string) => `${id} ${++loads}` });
    expect(users.peek('1')).toBeUndefined();
    expect(await users.get('1')).toBe('1 1');
    expect(await users.get('1')).toBe('1 1');
    expect(users.peek('1')).toBe('1 1');
    await clock.advance(1001);
    expect(users.peek('1')).toBeUndefined();
    expect(await users.get('1')).toBe('1 2');
    await users.invalidate('1');
    expect(users.peek('1')).toBeUndefined();
    expect(await users.get('1')).toBe('1 3');
  });

  it('takes an id by its keyOf, though it is the key of another one', async () => {
    await using cache = createCache({ log: createMemoryLog() });
    await cache.ready;
    const rows = cache.define('row', {
      ttlMs: 1000,
      keyOf: (id: string) => `k${id}`,
      load: async (id: string) => id,
    });
    expect(await rows.get('1')).toBe('1');
    expect(rows.peek('k1')).toBeUndefined();
    expect([await rows.get('k1'), await rows.getMany(['k1', '1'])]).toEqual(['k1', ['k1', '1']]);
    await rows.invalidate('k1');
    expect([rows.peek('k1'), rows.peek('1')]).toEqual([undefined, '1']);
  });
});
