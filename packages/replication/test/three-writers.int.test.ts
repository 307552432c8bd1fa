import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { type CarriedRegion, startHandCarried } from './hand-carried.ts';

const names = ['east', 'west', 'north'];
const held = (regions: readonly CarriedRegion[], key: string): (string | undefined)[] =>
  regions.map(({ applier }) => applier.state.get(key));

it('never ends with a value that was overwritten by one who knew of it, though it arrives after that', async () => {
  await using carried = await startHandCarried(names);
  const [east, west, north] = carried.regions as [CarriedRegion, CarriedRegion, CarriedRegion];
  await east.store('key', 'one');
  await carried.carry(east, west);
  await carried.seen();
  await west.store('key', 'two');
  await carried.carry(west, north);
  expect(north.applier.state.get('key')).toBe('two');
  // The link from east was away all the time.
  await carried.carry(east, north);
  expect(north.applier.state.get('key')).not.toBe('one');
  await carried.carryAll();
  expect(held([east, west], 'key')).toEqual(['two', 'two']);
  expect(north.applier.state.get('key')).not.toBe('one');
});

it('takes away again what overwrote nothing yet when it came, and is overtaken before it is confirmed', async () => {
  await using carried = await startHandCarried(names);
  const [east, west, north] = carried.regions as [CarriedRegion, CarriedRegion, CarriedRegion];
  await east.store('key', 'one');
  await carried.carry(east, west);
  await carried.seen();
  await west.store('key', 'two');
  // While the first one lands in north, all of the second one does.
  north.applier.before = async () => {
    north.applier.before = () => {};
    await carried.carry(west, north);
    expect(north.applier.state.get('key')).toBe('two');
  };
  await carried.carry(east, north);
  expect(north.applier.history.get('key')).toEqual(['two', 'one']);
  expect(north.applier.state.get('key')).toBeUndefined();
});

it('knows it after a restart, and keeps what comes as fast on both links', async () => {
  await using carried = await startHandCarried(names);
  const [east, west, first] = carried.regions as [CarriedRegion, CarriedRegion, CarriedRegion];
  await east.store('key', 'one');
  await carried.carry(east, west);
  await carried.seen();
  await west.remove('key');
  await carried.carry(west, first);
  const north = await carried.restart(first);
  await carried.carry(east, north);
  expect(north.applier.state.get('key')).toBeUndefined();
  expect(north.receiver.stats()).toMatchObject({ conflicts: 0, unknownConflicts: 1 });
  await east.store('other', 'one');
  await carried.carry(east, west);
  await carried.carry(east, north);
  await carried.seen();
  await west.store('other', 'two');
  await carried.carry(west, north);
  await east.store('more', 'one');
  await carried.carry(east, north);
  expect([...north.applier.state]).toEqual([
    ['other', 'two'],
    ['more', 'one'],
  ]);
});

it.each([
  [3, ['one', 'one']],
  // More than are noted one by one.
  [5001, [undefined, undefined]],
])('keeps what nobody overwrote, though it comes late, after %i keys that were overwritten', async (count, left) => {
  await using carried = await startHandCarried(names);
  const [east, west, north] = carried.regions as [CarriedRegion, CarriedRegion, CarriedRegion];
  const keys = Array.from({ length: count }, (_, at) => `key:${at}`);
  const storeAll = (at: CarriedRegion, all: readonly string[], value: string): Promise<unknown> =>
    Promise.all(all.map((key) => at.store(key, value)));
  await storeAll(east, [...keys, 'any', 'other'], 'one');
  await carried.carry(east, west);
  await carried.seen();
  await storeAll(west, keys, 'two');
  await carried.carry(west, north);
  await carried.carry(east, north);
  expect(['any', 'other'].map((key) => north.applier.state.get(key))).toEqual(left);
  expect(keys.filter((key) => north.applier.state.has(key))).toEqual([]);
  // What is late no more is kept again.
  await storeAll(east, keys, 'three');
  await carried.carry(east, north);
  expect(keys.filter((key) => north.applier.state.get(key) !== 'three')).toEqual([]);
});

const region = fc.nat(2);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('store', 'store', 'remove'), at: region, key: fc.nat(1) }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('carry'), at: region, by: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('seen'), at: region }) },
);

it('ends with one value or none, and with none that was overwritten or contested, in whatever order links carry', async () => {
  await using carried = await startHandCarried(names);
  const { regions } = carried;
  let runs = 0;
  let kept = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), fc.nat(), async (steps, seed) => {
    runs += 1;
    /** By region, the values that were applied or stored there; by region, what it stored. */
    const known = regions.map(() => new Set<string>());
    const stored = regions.map(() => new Set<string>());
    const overwritten = new Set<string>();
    /** What was known to who stored a value. */
    const before = new Map<string, ReadonlySet<string>>();
    for (const [index, next] of steps.entries()) {
      const here = regions[next.at]!;
      if (next.kind === 'seen') await carried.seen();
      else if ('by' in next) {
        const to = (next.at + next.by) % regions.length;
        await carried.carry(here, regions[to]!);
        for (const value of stored[next.at]!) known[to]!.add(value);
      } else if ('key' in next) {
        const key = `${runs}:${next.key}`;
        for (const value of known[next.at]!) if (value.startsWith(`${key}=`)) overwritten.add(value);
        const value = `${key}=${index}`;
        if (next.kind === 'remove') await here.remove(key);
        else {
          await here.store(key, value);
          before.set(value, new Set(known[next.at]));
          known[next.at]!.add(value);
          stored[next.at]!.add(value);
        }
      }
    }
    let picked = seed;
    await carried.carryAll((count) => (picked = (picked * 16_807 + 1) % 2_147_483_647) % count);
    for (const key of [`${runs}:0`, `${runs}:1`]) {
      const values = new Set(held(regions, key).filter((value) => value !== undefined));
      expect([...values].filter((value) => overwritten.has(value))).toEqual([]);
      const rivals = [...before].filter(([value]) => value.startsWith(`${key}=`));
      const isContested = (value: string): boolean =>
        rivals.some(([rival, seen]) => rival !== value && !seen.has(value) && !before.get(value)!.has(rival));
      expect([...values].filter((value) => isContested(value))).toEqual([]);
      expect(values.size).toBeLessThanOrEqual(1);
      kept += values.size;
    }
  });
  await fc.assert(property, { numRuns: 30, endOnFailure: true });
  // Not everything is deleted.
  expect(kept).toBeGreaterThan(0);
});
