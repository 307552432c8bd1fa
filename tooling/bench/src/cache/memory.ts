import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Contestant } from '../harness/bench-case.ts';
import type { BareStore } from './bare-stores.ts';
import { openInMemory } from './lockstep.ts';

const entries = 1_000_000;
/** The same for all entries: what is kept is not what is weighed. */
const value = { name: 'everybody' };

/** Fills something with so many entries, and keeps it until it is disposed of. */
interface Filler extends AsyncDisposable {
  fill(id: string): Promise<unknown> | undefined;
}

/** A contestant whose value is the bytes that an entry takes with its id. It is measured once: memory does not vary. */
function weighing(name: string, open: () => Promise<Filler>): Contestant {
  return {
    name,
    async open() {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const held = (): number => {
        collect();
        collect();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      const measure = async (): Promise<number> => {
        const before = held();
        await using filler = await open();
        for (let index = 0; index < entries; index++) {
          const filled = filler.fill(Buffer.from(`u${index}`).toString('latin1'));
          if (filled !== undefined) await filled;
        }
        return (held() - before) / entries;
      };
      let measured: Promise<number> | undefined;
      return {
        run: () => (measured ??= measure()),
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

/** What a million entries take in our cache, each with its time to live. */
export const lockstepMemory: Contestant = weighing('@lockstep/cache', async () => {
  const lockstep = await openInMemory(entries);
  const values = lockstep.cache.define('value', { ttlMs: 3_600_000, load: () => Promise.resolve(value) });
  return { fill: (id) => values.get(id), [Symbol.asyncDispose]: () => lockstep[Symbol.asyncDispose]() };
});

export function bareMemory(store: BareStore): Contestant {
  return weighing(store.name, async () => {
    const held = store.open(entries);
    return {
      fill(id) {
        held.set(id, value);
        return undefined;
      },
      async [Symbol.asyncDispose]() {},
    };
  });
}
