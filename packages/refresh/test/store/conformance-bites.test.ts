import { describe, expect, it } from 'vitest';

import { storeConformance } from '../../src/conformance/store-conformance.ts';
import type { EntryStore } from '../../src/store/entry-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { createManualClock } from '../manual-clock.ts';

/** A store that is not what it should be. */
type Sabotage = (store: EntryStore) => Partial<EntryStore>;

const sabotages: Readonly<Record<string, Sabotage>> = {
  'takes late writes': (store) => ({
    async replace(key, replacement) {
      const outcome = await store.replace(key, replacement);
      if (outcome === 'stored') return outcome;
      await store.begin(key, Number.MAX_SAFE_INTEGER);
      return store.replace(key, { ...replacement, ticket: Number.MAX_SAFE_INTEGER });
    },
  }),
  'lets every load begin': (store) => ({
    begin: async (key, ticket) => (await store.begin(key, ticket)) ?? { present: undefined },
  }),
  'invalidates nothing': () => ({ invalidate: async () => undefined }),
  'removes what should expire': (store) => ({ invalidate: (key) => store.invalidate(key, 'remove') }),
  'expires what should be removed': (store) => ({ invalidate: (key) => store.invalidate(key, 'expire') }),
  'says of a second write that it was superseded': (store) => {
    const written = new Set<string>();
    return {
      async replace(key, replacement) {
        const name = `${key} ${replacement.ticket}`;
        if (written.has(name)) return 'superseded';
        written.add(name);
        return store.replace(key, replacement);
      },
    };
  },
  'loses validators': (store) => ({
    replace: (key, replacement) => store.replace(key, { ...replacement, validator: undefined }),
  }),
  'keeps for twice as long': (store) => ({
    replace: (key, replacement) => store.replace(key, { ...replacement, staleForMs: replacement.staleForMs * 2 + 1 }),
  }),
  'does not prolong': () => ({ prolong: async () => 'stored' }),
  'lets leaders of the past begin': (store) => ({
    begin: (key, ticket, { leader: _leader, ...options } = {}) => store.begin(key, ticket, options),
  }),
  'takes the writes of leaders of the past': (store) => ({
    replace: (key, { leader: _leader, ...replacement }) => store.replace(key, replacement),
  }),
  'prolongs for leaders of the past': (store) => ({
    prolong: (key, { leader: _leader, ...prolongation }) => store.prolong(key, prolongation),
  }),
  'patches nothing': () => ({ patch: async () => true }),
  'reads whole entries only': (store) => ({ read: (key, shape) => store.read(key, shape, { kind: 'whole' }) }),
};

/** The name of the first case that fails. */
async function failureOf(sabotage: Sabotage): Promise<string | undefined> {
  for (const { name, run } of storeConformance) {
    const clock = createManualClock();
    const place = createMemoryStore({ clock });
    // What it does not answer itself, the honest one does.
    const bad: EntryStore = { ...bound(place), ...sabotage(place) };
    try {
      await run({ open: () => bad, pass: async (ms) => clock.freeze(ms) });
    } catch {
      return name;
    }
  }
  return undefined;
}

function bound(store: EntryStore): EntryStore {
  return {
    shapes: store.shapes,
    read: (...args) => store.read(...args),
    begin: (...args) => store.begin(...args),
    replace: (...args) => store.replace(...args),
    prolong: (...args) => store.prolong(...args),
    patch: (...args) => store.patch(...args),
    invalidate: (...args) => store.invalidate(...args),
    admit: (...args) => store.admit(...args),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

describe('the conformance suite of stores', () => {
  it('passes a store that is as it should be', async () => {
    await expect(failureOf(() => ({}))).resolves.toBeUndefined();
  });

  it.for(Object.entries(sabotages))('finds a store that %s', async ([, sabotage]) => {
    await expect(failureOf(sabotage)).resolves.toBeTypeOf('string');
  });
});
