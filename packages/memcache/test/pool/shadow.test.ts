import { expect, it } from 'vitest';

import type { PoolEvent } from '../../src/index.ts';
import { Shadow, type ShadowTarget } from '../../src/pool/shadow.ts';
import { createFakeDriver } from './fake-driver.ts';
import { createManualClock } from './manual-clock.ts';

const target = createFakeDriver() as ShadowTarget;
const keys = Array.from({ length: 10_000 }, (_, index) => `user:${index}`);

it.each([0, 0.1, 0.5, 1])('covers the share %d of the keys, the same ones for bytes and text', (share) => {
  const shadow = new Shadow({ pool: target, share }, () => {});
  const covered = keys.filter((key) => shadow.covers(key));
  expect(Math.abs(covered.length / keys.length - share)).toBeLessThan(0.02);
  expect(keys.filter((key) => shadow.covers(Buffer.from(key)))).toEqual(covered);
});

it('covers all that it covered before when its share grows', () => {
  const small = new Shadow({ pool: target, share: 0.2 }, () => {});
  const large = new Shadow({ pool: target, share: 0.4 }, () => {});
  expect(keys.filter((key) => small.covers(key)).every((key) => large.covers(key))).toBe(true);
});

it('covers each key in one of the ranges that make up the whole', () => {
  const ranges = [
    { from: 0, to: 0.25 },
    { from: 0.25, to: 0.5 },
    { from: 0.5, to: 1 },
  ];
  const shadows = ranges.map((share) => new Shadow({ pool: target, share }, () => {}));
  expect(keys.map((key) => shadows.filter((shadow) => shadow.covers(key)).length)).toEqual(keys.map(() => 1));
  const quarter = new Shadow({ pool: target, share: 0.25 }, () => {});
  expect(keys.filter((key) => shadows[0]!.covers(key))).toEqual(keys.filter((key) => quarter.covers(key)));
});

it('flushes only where it covers a key, and takes what a batch would store too late for a delete', () => {
  const past = createFakeDriver({ delete: async () => true, set: async () => {}, flushAll: async () => {} });
  const clock = createManualClock();
  const shadow = new Shadow({ pool: past, share: 1 }, () => {}, clock);
  const set = { kind: 'set', key: Buffer.from('k'), value: Buffer.from('v'), flags: 0 } as const;
  shadow.copyBatch([
    { ...set, expiresAt: clock.now() / 1000 - 1 },
    { ...set, expiresAt: clock.now() / 1000 + 9 },
  ]);
  shadow.copyFlush();
  new Shadow({ pool: past, share: { from: 0.5, to: 0.5 } }, () => {}).copyFlush();
  expect(past.calls).toEqual(['delete', 'set', 'flushAll']);
});

it('leaves out what is too much at once, and counts what fails', async () => {
  const events: PoolEvent[] = [];
  const shadow = new Shadow({ pool: target, share: 1, maxInFlight: 2 }, (event) => events.push(event));
  const failures: (() => void)[] = [];
  for (let index = 0; index < 3; index++) {
    shadow.copy('k', () => new Promise((_, reject) => failures.push(() => reject(new Error('away')))));
  }
  expect(shadow.stats).toEqual({ copied: 2, failed: 0, dropped: 1 });
  for (const fail of failures) fail();
  await expect.poll(() => shadow.stats).toEqual({ copied: 2, failed: 2, dropped: 1 });
  expect(events.map((event) => 'error' in event)).toEqual([false, true, true]);
  shadow.copy('k', async () => {});
  expect(shadow.stats.copied).toBe(3);
});

it('does not let a target that throws reach the caller', () => {
  const shadow = new Shadow({ pool: target, share: 1 }, () => {});
  shadow.copy('k', () => {
    throw new Error('broken');
  });
  expect(shadow.stats.failed).toBe(1);
});

it.each([
  [{ share: 1.5 }, 'shadow.share must be from 0 to 1, got 1.5'],
  [{ share: Number.NaN }, 'shadow.share must be from 0 to 1, got NaN'],
  [{ share: { from: 0.5, to: 0.4 } }, 'shadow.share must be from 0 to 1, got from 0.5 to 0.4'],
  [{ share: { from: 0.5, to: 1.1 } }, 'shadow.share must be from 0 to 1, got from 0.5 to 1.1'],
  [{ share: 1, maxInFlight: 0 }, 'shadow.maxInFlight must be at least 1, got 0'],
])('refuses %o', (options, message) => {
  expect(() => new Shadow({ pool: target, ...options }, () => {})).toThrow(RangeError(message));
});
