import { describe, expect, it } from 'vitest';

import { deferred } from '../open-cache.ts';
import { openFleet } from './open-fleet.ts';

describe.each(['redis', 'memcached'] as const)('reads with skipLocal, over %s', (tier) => {
  it('fill the shared tier with nothing that was read before an invalidation or within a fence', async () => {
    await using fleet = await openFleet({ size: 2, tier, cache: { sharedTimeoutMs: 5000 } });
    let value = 'first';
    let gate: Promise<void> | undefined;
    const [one, two] = fleet.members.map(({ cache }) =>
      cache.define('row', {
        ttlMs: 60_000,
        load: async (_id: string) => {
          const read = value;
          await gate;
          return read;
        },
      }),
    );
    const begun = deferred<void>();
    const opened = deferred<void>();
    gate = opened.promise;
    const reading = two!.get('1', { skipLocal: true });
    await expect.poll(() => fleet.members[1]!.cache.stats().loads).toBe(1);
    value = 'second';
    await one!.invalidate('1', { everywhere: true });
    opened.resolve();
    expect(await reading).toBe('first');
    const refused = (): number => fleet.members[1]!.cache.stats().fillsRefused;
    await expect.poll(refused).toBe(1);
    expect(await two!.get('1', { skipLocal: true })).toBe('second');
    expect(await one!.get('1')).toBe('second');

    const written = deferred<void>();
    const writing = one!.mutate('1', async () => {
      begun.resolve();
      await written.promise;
      value = 'third';
    });
    await begun.promise;
    // The fence is up: what is read now is the old value, and is kept nowhere.
    expect(await two!.getMany(['1', '2'], { skipLocal: true })).toEqual(['second', 'second']);
    await expect.poll(refused).toBe(2);
    const again = await two!.getEntry('1', { skipLocal: true });
    expect(again).toEqual({ value: 'second', isStale: false, source: 'loader' });
    written.resolve();
    await writing;
    expect(await two!.get('1', { skipLocal: true })).toBe('third');
    expect(await one!.get('1')).toBe('third');
    expect(two!.size).toBe(0);
  });
});
