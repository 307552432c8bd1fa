import { describe, expect, it, vi } from 'vitest';

import { openFleet } from './open-fleet.ts';

describe('a memcached that is started anew', () => {
  it('takes no value that was loaded before an invalidation, although it counts its stores from the beginning', async () => {
    await using fleet = await openFleet({
      size: 3,
      tier: 'memcached',
      isProxied: true,
      cache: { sharedTimeoutMs: 5000 },
    });
    let value = 'old';
    const ends: (() => void)[] = [];
    const [one, two, three] = fleet.members.map(({ cache }) =>
      cache.define('row', {
        ttlMs: 60_000,
        async load() {
          const read = value;
          await new Promise<void>((resolve) => ends.push(resolve));
          return read;
        },
      }),
    );
    // The first lease that the server gives has the number that the first one after its restart will have.
    const first = one!.get('1');
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    // It does not hear of the invalidation, so that only memcached can refuse what it loads.
    fleet.members[0]!.proxy!.halfOpen();
    await fleet.memcached!.restart();
    value = 'new';
    // The first delete finds the old connection.
    await vi.waitFor(() => two!.invalidate('1'));
    const second = two!.get('1');
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    ends[0]!();
    expect(await first).toBe('old');
    ends[1]!();
    expect(await second).toBe('new');
    const third = three!.get('1');
    await vi.waitFor(async () => {
      ends.at(-1)!();
      expect(await Promise.race([third, Promise.resolve()])).toBe('new');
    });
  });
});
