import { beforeEach, describe, expect, it, vi } from 'vitest';

import { createCoherenceChecker } from '../src/index.ts';
import { settle } from './fake-clock.ts';
import { openCache } from './open-cache.ts';
import { createStubTier, sharedValue } from './stub-tier.ts';

const broken = new Error('the logger is broken');
const onError = (): never => {
  throw broken;
};

describe('an onError that throws', () => {
  const warnings: unknown[] = [];
  beforeEach(() => {
    warnings.length = 0;
    const spy = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(warning));
    return () => spy.mockRestore();
  });

  it.each(['read', 'get', 'getMany'] as const)(
    'does not keep a %s of the shared tier from its loader',
    async (call) => {
      const fail = (): Promise<never> => Promise.reject(new Error('no tier'));
      const shared = createStubTier({
        get: fail,
        getMany: fail,
        ...(call === 'read'
          ? { read: (_key, _bound, told) => void setImmediate(() => told.failed(new Error('x'))) }
          : {}),
      });
      await using open = await openCache({ shared, onError });
      const rows = open.cache.define('row', { ttlMs: 60_000, load: async (id: string) => id });
      const reading: Promise<unknown> = call === 'getMany' ? rows.getMany(['1', '2']) : rows.get('1');
      await settle();
      expect(await open.clock.during(60_000, reading)).toEqual(call === 'getMany' ? ['1', '2'] : '1');
      expect(warnings).toContainEqual(expect.objectContaining({ code: 'ERR_CACHE_SHARED_UNAVAILABLE' }));
      expect(warnings).toContainEqual(expect.objectContaining({ message: 'onError threw', cause: broken }));
    },
  );

  it('is no unhandled rejection of work that nobody waits for', async () => {
    await using open = await openCache({ onError });
    let loads = 0;
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      refreshAhead: 0.5,
      load: async (id: string) => {
        if (++loads > 1) throw new Error('gone');
        return id;
      },
    });
    await rows.get('1');
    await open.clock.advance(600);
    await rows.get('1');
    await settle();
    expect(loads).toBe(2);
    expect(warnings).toContainEqual(expect.objectContaining({ message: 'onError threw', cause: broken }));
  });

  it('does not end a coherence checker', async () => {
    const shared = createStubTier({ get: async () => sharedValue('old') });
    await using open = await openCache({ shared });
    const checker = createCoherenceChecker(open.cache, { everyMs: 100, settleMs: 2000, onError });
    const rows = open.cache.define('row', { ttlMs: 60_000, load: async () => Promise.reject(new Error('gone')) });
    await rows.get('1');
    await open.clock.advance(1000);
    expect(checker.stats().rounds).toBeGreaterThan(2);
    expect(warnings).toContainEqual(expect.objectContaining({ message: 'onError threw', cause: broken }));
    await checker.close();
  });
});
