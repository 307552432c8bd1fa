import { describe, expect, it, vi } from 'vitest';

import { settle } from '../fake-clock.ts';
import { deferred, openCache } from '../open-cache.ts';
import { createStubTier } from '../stub-tier.ts';

describe('invalidate', () => {
  it('never serves the old value once it has resolved, though the log is heard later', async () => {
    await using open = await openCache();
    let value = 'old';
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (_id: string) => value });
    await users.get('1');
    open.log.deafen();
    value = 'new';
    // It waits a moment for the log to be heard, and no longer.
    await open.clock.during(250, users.invalidate('1'));
    expect(users.peek('1')).toBeUndefined();
    expect(await users.get('1')).toBe('new');
    expect(users.peek('1')).toBe('new');
  });

  it('waits until its own entry was heard, so that what is loaded next is kept', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (_id: string) => ++loads });
    await users.get('1');
    open.log.deafen();
    const refreshed = users.refresh('1');
    await settle();
    open.log.hear();
    expect(await refreshed).toBe(2);
    expect(users.peek('1')).toBe(2);
  });

  it('serves and keeps nothing of the key from the call on until the log has it', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (_id: string) => ++loads });
    await users.get('1');
    const seen: unknown[] = [];
    open.log.onPublish = () => {
      seen.push(users.peek('1'));
      void users.get('1');
    };
    await users.invalidate('1');
    expect(seen).toEqual([undefined]);
    expect(users.peek('1')).toBeUndefined();
    expect(loads).toBe(2);
  });

  it('rejects when the log does not confirm it, tries again until it does, and keeps nothing until then', async () => {
    await using open = await openCache();
    const other = await openCache({}, { clock: open.clock, log: open.log });
    const load = async (id: string): Promise<string> => id;
    const [mine, theirs] = [open, other].map(({ cache }) => cache.define('user', { ttlMs: 600_000, load }));
    await Promise.all([mine!.get('1'), theirs!.get('1')]);
    open.log.refusal = new Error('down');
    await expect(mine!.invalidate('1')).rejects.toMatchObject({
      code: 'ERR_CACHE_INVALIDATION_PENDING',
      keys: ['user:1'],
      cause: { message: 'down' },
    });
    await mine!.get('1');
    expect([mine!.peek('1'), theirs!.peek('1'), open.cache.health().outbox]).toEqual([undefined, '1', 1]);
    await open.clock.advance(20_000);
    expect(open.cache.health().outbox).toBe(1);
    open.log.refusal = undefined;
    await open.clock.advance(6000);
    expect([theirs!.peek('1'), open.cache.health().outbox]).toEqual([undefined, 0]);
    await mine!.get('1');
    expect(mine!.peek('1')).toBe('1');
    await other.cache.close();
  });

  it('remembers a key once, and more than maxOutbox as one clear', async () => {
    await using open = await openCache({ maxOutbox: 3 });
    const users = open.cache.define('user', { ttlMs: 600_000, load: async (id: string) => id });
    await users.get('other');
    open.log.refusal = new Error('down');
    for (const id of ['1', '1', '2', '3']) await expect(users.invalidate(id)).rejects.toThrow('tried again');
    expect(open.cache.health().outbox).toBe(3);
    await expect(users.invalidate('4')).rejects.toThrow('tried again');
    expect(open.cache.health().outbox).toBe(1);
    await users.get('9');
    expect(users.peek('9')).toBeUndefined();
    open.log.refusal = undefined;
    await open.clock.advance(6000);
    expect([open.cache.health().outbox, open.cache.stats().resets]).toEqual([0, 1]);
    await users.get('9');
    expect(users.peek('9')).toBe('9');
  });

  it('sends again what was invalidated again while the outbox was sent', async () => {
    await using open = await openCache();
    const users = open.cache.define('user', { ttlMs: 600_000, load: async (id: string) => id });
    open.log.refusal = new Error('down');
    await expect(users.invalidate('1')).rejects.toThrow('tried again');
    const gate = deferred<void>();
    const publish = vi.spyOn(open.log, 'publish').mockImplementationOnce(async () => {
      await gate.promise;
      return '';
    });
    await open.clock.advance(60);
    await expect(users.invalidate('1')).rejects.toThrow('tried again');
    open.log.refusal = undefined;
    gate.resolve();
    await open.clock.advance(1);
    expect(publish).toHaveBeenCalledTimes(3);
    expect(open.cache.health().outbox).toBe(0);
  });

  it('reports at close what the log never confirmed', async () => {
    const open = await openCache();
    open.log.refusal = new Error('down');
    await expect(open.cache.invalidate('a')).rejects.toThrow('tried again');
    await open.cache.close();
    expect(open.errors).toMatchObject([{ code: 'ERR_CACHE_INVALIDATION_PENDING', keys: ['a'] }]);
  });

  it('tells apart what the log has and not everybody confirmed', async () => {
    await using open = await openCache();
    open.log.refusal = Object.assign(new Error('slow'), { code: 'ERR_INVALIDATION_TIMEOUT', position: 'x-1' });
    await expect(open.cache.invalidate('a', { everywhere: true })).rejects.toMatchObject({
      code: 'ERR_CACHE_NOT_EVERYWHERE',
      position: 'x-1',
    });
    expect(open.cache.health().outbox).toBe(0);
  });

  it('is tried again when the tier did not drop the value, though the log has it and not everybody confirmed', async () => {
    const shared = createStubTier({ drop: async () => Promise.reject(new Error('silent')) });
    await using open = await openCache({ shared });
    open.log.refusal = Object.assign(new Error('slow'), { code: 'ERR_INVALIDATION_TIMEOUT', position: 'x-1' });
    await expect(open.cache.invalidate('a', { everywhere: true })).rejects.toMatchObject({
      code: 'ERR_CACHE_INVALIDATION_PENDING',
    });
    expect(open.cache.health().outbox).toBe(1);
  });

  it('rejects with the reason of a signal, and goes on with the invalidation', async () => {
    await using open = await openCache();
    const controller = new AbortController();
    open.log.onPublish = () => controller.abort(new Error('bye'));
    open.log.refusal = new Error('bye');
    await expect(open.cache.invalidate('a', { signal: controller.signal })).rejects.toThrow('bye');
    expect(open.cache.health().outbox).toBe(1);
    await expect(open.cache.invalidate('b', { signal: controller.signal })).rejects.toThrow('bye');
    expect(open.cache.health().outbox).toBe(1);
  });

  it('serves no value with a tag from the call on until it was heard', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, tags: () => ['t'], load: async (_id: string) => ++loads });
    await users.get('1');
    open.log.deafen();
    await open.clock.during(250, open.cache.invalidateTags('t'));
    expect(users.peek('1')).toBeUndefined();
    expect(await users.get('1')).toBe(2);
  });

  it('keeps nothing with a tag that was being loaded when it was called, though the log is heard later', async () => {
    await using open = await openCache();
    const gate = deferred<string>();
    const users = open.cache.define('user', { ttlMs: 60_000, tags: () => ['t'], load: (_id: string) => gate.promise });
    const reading = users.get('1');
    open.log.deafen();
    await open.clock.during(250, open.cache.invalidateTags('t'));
    gate.resolve('old');
    expect(await reading).toBe('old');
    expect(users.peek('1')).toBeUndefined();
  });

  it('refuses bad keys and tags', async () => {
    await using open = await openCache();
    await expect(open.cache.invalidate('\uD800')).rejects.toThrow('well-formed');
    await expect(open.cache.invalidate('')).rejects.toThrow('1 to 8192');
    await expect(open.cache.invalidateTags('@view:x')).rejects.toThrow('are taken');
    const rows = open.cache.define('row', { ttlMs: 1, load: async (id: string) => id });
    await expect(rows.invalidate([])).rejects.toThrow('at least one');
    await expect(rows.get('\uDC00')).rejects.toThrow('well-formed');
    expect(open.cache.health().outbox).toBe(0);
  });
});
