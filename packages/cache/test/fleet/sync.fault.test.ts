import { expect, it } from 'vitest';

import { openFleet } from './open-fleet.ts';

it('a process that heard nothing for a while is as new as its sync() at once, although its bound has not passed', async () => {
  const cache = { maxStalenessMs: 30_000, sharedTimeoutMs: 5000 };
  await using fleet = await openFleet({ size: 2, isProxied: true, cache });
  let version = 'old';
  const views = fleet.members.map((member) => member.cache.define('row', { ttlMs: 60_000, load: () => version }));
  const [suspended] = fleet.members;
  await views[0]!.get('k');
  await expect.poll(() => views[0]!.peek('k')).toBe('old');

  suspended!.proxy!.halfOpen();
  version = 'new';
  await views[1]!.invalidate('k');
  expect(views[0]!.peek('k')).toBe('old');
  await suspended!.proxy!.heal();
  await suspended!.cache.sync();
  expect(views[0]!.peek('k')).toBeUndefined();
  expect(await views[0]!.get('k')).toBe('new');
});
