import type { Contestant } from '../harness/bench-case.ts';
import type { BareStore } from './bare-stores.ts';
import { type InMemoryOptions, openInMemory } from './lockstep.ts';
import { fillAll, idsOf, itemOf, readSync } from './workload.ts';

/** Reads per second of `peek`, of so many entries in turn. */
export function lockstepPeek(count: number, options: InMemoryOptions = {}): Contestant {
  return {
    name: '@lockstep/cache peek',
    async open() {
      const lockstep = await openInMemory(2 * count, options);
      const ids = idsOf(count);
      await fillAll(ids, (id) => lockstep.items.get(id));
      return {
        run: async (durationMs) => readSync(ids, durationMs, (id) => lockstep.items.peek(id)),
        [Symbol.asyncDispose]: () => lockstep[Symbol.asyncDispose](),
      };
    },
  };
}

export function bareGet(store: BareStore, count: number): Contestant {
  return {
    name: store.name,
    async open() {
      const held = store.open(2 * count);
      const ids = idsOf(count);
      for (const id of ids) held.set(id, itemOf(id));
      return {
        run: async (durationMs) => readSync(ids, durationMs, (id) => held.get(id)),
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}
