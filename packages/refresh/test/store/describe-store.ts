import { describe, expect, it } from 'vitest';

import type { StoreUnderTest } from '../../src/conformance/store-case.ts';
import { storeConformance } from '../../src/conformance/store-conformance.ts';
import type { Shape } from '../../src/store/content.ts';

/** What every store does that holds these shapes. */
export function describeStore(name: string, shapes: readonly Shape[], store: StoreUnderTest): void {
  describe(`${name} as an EntryStore`, () => {
    it('says which shapes it holds', async () => {
      await using opened = await store.open();
      expect([...opened.shapes].sort()).toEqual([...shapes].sort());
    });

    const cases = storeConformance.filter(({ needs }) => needs.every((shape) => shapes.includes(shape)));
    it.for(cases.map((entry) => [entry.name, entry] as const))('%s', async ([, { run }]) => {
      await expect(run(store)).resolves.toBeUndefined();
    });
  });
}
