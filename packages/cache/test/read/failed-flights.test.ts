import { describe, expect, it } from 'vitest';

import { deferred, openCache, rejectionOf } from '../open-cache.ts';
import { createStubTier } from '../stub-tier.ts';

describe('a load that ended badly', () => {
  it.each([{ name: 'with a tier', shared: createStubTier({}) }, { name: 'without' }])(
    'is not joined once the last who waited has left, $name',
    async ({ shared }) => {
      await using open = await openCache(shared === undefined ? {} : { shared });
      const gate = deferred<string>();
      let loads = 0;
      const users = open.cache.define('user', {
        ttlMs: 1000,
        load: async (_id: string, { signal }) => {
          loads++;
          const value = await gate.promise;
          signal.throwIfAborted();
          return value;
        },
      });
      const controller = new AbortController();
      const first = rejectionOf(users.get('1', { signal: controller.signal }));
      await open.clock.advance(0);
      controller.abort(new Error('bye'));
      const second = users.get('1');
      expect(await first).toMatchObject({ message: 'bye' });
      await open.clock.advance(0);
      gate.resolve('value');
      expect([await second, loads]).toEqual(['value', 2]);
    },
  );

  it('is not joined while its claim is given back', async () => {
    const shared = createStubTier({ release: () => new Promise<void>(() => undefined) });
    await using open = await openCache({ shared });
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 1000,
      load: async (_id: string) => {
        if (++loads === 1) throw new Error('down');
        return 'up';
      },
    });
    await expect(users.get('1')).rejects.toThrow('down');
    expect(await users.get('1')).toBe('up');
    await open.clock.advance(1000);
  });
});

describe('a load that began late', () => {
  it('fills the tier though its key was invalidated while it waited for another process', async () => {
    let isBusy = true;
    const filled: unknown[] = [];
    const shared = createStubTier({
      claim: async () => (isBusy ? { kind: 'busy' } : { kind: 'claimed', token: 'mine' }),
      fill: async (_key, token, { bytes }) => filled.push([token, bytes]) > 0,
    });
    await using open = await openCache({ shared });
    const users = open.cache.define('user', { ttlMs: 1000, load: async (_id: string) => 'new' });
    const reading = users.get('1');
    await open.clock.advance(0);
    await open.log.publish(['user:1']);
    isBusy = false;
    expect(await open.clock.during(100, reading)).toBe('new');
    expect(filled).toEqual([['mine', '"new"']]);
    // Here the token says nothing.
    expect(users.peek('1')).toBeUndefined();
  });

  it('does not fill when its key was invalidated after it had claimed', async () => {
    const gate = deferred<string>();
    const done: string[] = [];
    const shared = createStubTier({
      fill: async () => done.push('fill') > 0,
      release: async () => void done.push('release'),
    });
    await using open = await openCache({ shared });
    const users = open.cache.define('user', { ttlMs: 1000, load: (_id: string) => gate.promise });
    const reading = users.get('1');
    await open.clock.advance(0);
    await open.log.publish(['user:1']);
    gate.resolve('old');
    expect(await reading).toBe('old');
    await open.clock.advance(0);
    expect(done).toEqual(['release']);
  });
});
