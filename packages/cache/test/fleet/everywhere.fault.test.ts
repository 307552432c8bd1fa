import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { openFleet } from './open-fleet.ts';

describe('invalidate everywhere', () => {
  it('resolves when no process serves the old value, of 10,000 reads that begin later', async () => {
    await using fleet = await openFleet({ size: 4, cache: { sharedTimeoutMs: 5000 } });
    let token = 0;
    const views = fleet.members.map(({ cache }) =>
      cache.define('token', { ttlMs: 3_600_000, load: async (_id: string) => token }),
    );
    await Promise.all(views.map((view) => view.get('42')));
    let reads = 0;
    let wrong = 0;
    for (let round = 0; round < 10; round++) {
      token++;
      const valid = token;
      await views[round % 4]!.invalidate('42', { everywhere: true });
      await Promise.all(
        Array.from({ length: 1000 }, async (_, at) => {
          const view = views[at % 4]!;
          const value = view.peek('42') ?? (await view.get('42'));
          reads++;
          if (value < valid) wrong++;
        }),
      );
    }
    expect({ reads, wrong }).toEqual({ reads: 10_000, wrong: 0 });
  });

  it('waits for a process that is cut off until that serves nothing any more', async () => {
    await using fleet = await openFleet({ size: 2, isProxied: true, cache: { maxStalenessMs: 1000 } });
    const [one, cutOff] = fleet.members.map(({ cache }) =>
      cache.define('token', { ttlMs: 3_600_000, whenPartitioned: 'throw', load: async (id: string) => id }),
    );
    await cutOff!.get('42');
    // It has told its lease by now.
    await wait(400);
    expect(cutOff!.peek('42')).toBe('42');
    fleet.members[1]!.proxy!.halfOpen();
    const startedAt = performance.now();
    await one!.invalidate('42', { everywhere: true, timeoutMs: 10_000 });
    expect(cutOff!.peek('42')).toBeUndefined();
    expect(performance.now() - startedAt).toBeGreaterThan(300);
    await fleet.members[1]!.proxy!.heal();
  });

  it('rejects with ERR_CACHE_NOT_EVERYWHERE when that takes too long, and the invalidation stands', async () => {
    await using fleet = await openFleet({ size: 2, isProxied: true, cache: { maxStalenessMs: 2000 } });
    const [one, cutOff] = fleet.members.map(({ cache }) =>
      cache.define('token', { ttlMs: 3_600_000, load: async (id: string) => id }),
    );
    // The first one of a new epoch waits for leases that it cannot know of.
    await one!.invalidate('x', { everywhere: true });
    await cutOff!.get('42');
    await wait(600);
    fleet.members[1]!.proxy!.halfOpen();
    await expect(one!.invalidate('42', { everywhere: true, timeoutMs: 300 })).rejects.toMatchObject({
      code: 'ERR_CACHE_NOT_EVERYWHERE',
      keys: ['token:42'],
      position: expect.any(String) as string,
    });
    expect(fleet.members[0]!.cache.health().outbox).toBe(0);
    await fleet.members[1]!.proxy!.heal();
    await expect.poll(() => cutOff!.peek('42')).toBeUndefined();
  });
});
