import { expect, it } from 'vitest';

import type { ReadResult } from '../../src/index.ts';
import { StandIn } from '../../src/pool/stand-in.ts';
import { createFakeDriver } from './fake-driver.ts';
import { createManualClock } from './manual-clock.ts';

const hit: ReadResult = {
  status: 'hit',
  value: Buffer.from('v'),
  flags: 3,
  cas: 7n,
  ttlSeconds: 10,
  mustRefresh: false,
  isRefreshing: false,
};

function holding(result: Partial<ReadResult>, elapsedMs: number): Promise<ReadResult> {
  const clock = createManualClock();
  const since = clock.monotonic();
  clock.advance(elapsedMs);
  const target = createFakeDriver({ read: async () => ({ ...hit, ...result }) });
  return new StandIn({ ttlSeconds: 10, clock }).read(target, 'k', since);
}

it.each([
  ['the time to live of a write just now', 10, 1000],
  ['what a write early in the outage has left', 7, 4000],
  ['anything within the bound once the outage is older than it', 1, 10_000],
])('takes a value with %s', async (_, ttlSeconds, elapsedMs) => {
  expect(await holding({ ttlSeconds }, elapsedMs)).toEqual({ ...hit, ttlSeconds, cas: 0n });
});

it.each([
  ['never expires, so that a former owner left it', -1, 60_000],
  ['lives longer than anything that is written here', 11, 60_000],
  ['must have been written before the outage', 7, 2000],
  ['may have been written within the second before the outage', 10, 900],
])('does not take a value that %s', async (_, ttlSeconds, elapsedMs) => {
  expect((await holding({ ttlSeconds }, elapsedMs)).status).toBe('miss');
});

it.each(['stale', 'unchanged', 'miss'] as const)('makes a miss of what is %s', async (status) => {
  expect((await holding({ status }, 60_000)).status).toBe('miss');
});

it('bounds the time to live of what it stores', async () => {
  const ttls: unknown[] = [];
  const target = createFakeDriver({ set: async (_key, _value, options) => void ttls.push(options?.ttlSeconds) });
  const standIn = new StandIn({ ttlSeconds: 10, clock: createManualClock() });
  await standIn.set(target, 'k', 'v');
  await standIn.set(target, 'k', 'v', { ttlSeconds: 5, flags: 1 });
  await standIn.set(target, 'k', 'v', { ttlSeconds: 100 });
  expect(ttls).toEqual([10, 5, 10]);
});
