import { isDeepStrictEqual } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type MeshRegion, startMesh } from './mesh-region.ts';
import type { JournaledOperation } from './region-journal.ts';

let regions: readonly MeshRegion[];
beforeAll(async () => {
  regions = await startMesh(['east', 'west', 'north']);
});
afterAll(() => Promise.all(regions.map((region) => region[Symbol.asyncDispose]())));

const othersOf = (region: MeshRegion): MeshRegion[] => regions.filter((other) => other !== region);

const operations = (): Promise<JournaledOperation[][]> =>
  Promise.all(regions.map(({ journal }) => journal.operations()));

/**
 * Waits until every region has applied all journals, and no receiver has appended anything while that was looked at:
 * it does so before it confirms what it is about, so that nothing can come of it any more.
 */
async function settled(): Promise<void> {
  const isQuiet = async (): Promise<boolean> => {
    const before = await operations();
    const links = regions.flatMap((from) => othersOf(from).map((to) => from.journal.isAppliedIn(to.journal)));
    const areApplied = (await Promise.all(links)).every(Boolean);
    return areApplied && isDeepStrictEqual(await operations(), before);
  };
  await expect.poll(isQuiet, { timeout: 30_000 }).toBe(true);
}

const byKey = (one: JournaledOperation, other: JournaledOperation): number => (one.key < other.key ? -1 : 1);

describe('three regions, linked each to both others', () => {
  it('carry what each writes to both others, and none journals what it was sent', async () => {
    // What a delete of the key is to take away, by a reader that no journal hears of.
    await Promise.all(
      regions.flatMap((region) => othersOf(region).map((other) => other.fill(`inv:${region.name}`, 'old'))),
    );
    await Promise.all(
      regions.flatMap((region) => [
        region.put(`inv:${region.name}`, region.name),
        region.put(`rep:${region.name}`, region.name),
        region.append(`ver:${region.name}`, region.name, 7),
        region.put(`ver:client:${region.name}`, region.name),
      ]),
    );
    const held = async (): Promise<unknown[]> => {
      const reads = regions.flatMap((from) =>
        othersOf(from).map(async (to) => [
          await to.read(`inv:${from.name}`),
          await to.read(`rep:${from.name}`),
          await to.read(`ver:${from.name}`),
        ]),
      );
      return Promise.all(reads);
    };
    const carried = regions.flatMap(({ name }) => Array.from({ length: 2 }, () => [undefined, name, name]));
    await expect.poll(held).toEqual(carried);
    // Each delete of the class `invalidate` is carried out once more, in both other regions.
    for (const region of regions) await expect.poll(() => region.count('second_deletes')).toBe(2);
    await settled();

    for (const { name, journal } of regions) {
      expect((await journal.operations()).toSorted(byKey)).toEqual([
        { kind: 'delete', key: `inv:${name}` },
        { kind: 'set', key: `rep:${name}`, value: name },
        { kind: 'delete', key: `ver:client:${name}` },
        { kind: 'set', key: `ver:${name}`, value: name },
      ]);
    }
  });

  it('delete what all three stored without knowing of one another, everywhere, and come to an end', async () => {
    const keys = Array.from({ length: 10 }, (_, n) => `rep:shared:${n}`);
    for (const key of keys) await Promise.all(regions.map((region) => region.put(key, region.name)));
    await settled();
    const held = await Promise.all(regions.flatMap((region) => keys.map((key) => region.read(key))));
    expect(held.filter((value) => value !== undefined)).toEqual([]);

    for (const { name, journal } of regions) {
      const all = (await journal.operations()).filter(({ key }) => key.startsWith('rep:shared:'));
      for (const key of keys) {
        const [own, ...echoes] = all.filter((operation) => operation.key === key);
        expect(own).toEqual({ kind: 'set', key, value: name });
        // One for each of the others' stores at most.
        expect(echoes.length).toBeLessThanOrEqual(2);
        expect(echoes).toEqual(echoes.map(() => ({ kind: 'delete', key })));
      }
    }
  });

  it('refuse their own journal', async () => {
    for (const region of regions) {
      const request = await region.journal.oldestAsRequest();
      await expect(region.receive(request)).resolves.toEqual({ status: 400, code: 'ERR_REPLICATION_LOOP' });
      // The request is one: another region knows it as applied.
      await expect(othersOf(region)[0]!.receive(request)).resolves.toEqual({ status: 200, code: undefined });
    }
  });
});
