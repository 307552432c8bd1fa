import { describe, expect, it } from 'vitest';

import { tierConformance } from '../../src/conformance/tier-conformance.ts';
import { redisTier } from '../../src/shared/redis-tier.ts';
import type { SharedStore, SharedTier } from '../../src/shared/shared-tier.ts';
import { setupRedis } from './redis-lab.ts';

const redis = setupRedis();

/** A store that is not what it should be. */
type Sabotage = (store: SharedStore) => Partial<SharedStore>;

const sabotages: Readonly<Record<string, Sabotage>> = {
  'fills whatever the token': (store) => ({
    async fill(key, token, value, bound) {
      if (await store.fill(key, token, value, bound)) return true;
      const read = await store.claim(key, { ...bound, leaseMs: 1000 });
      return read.kind === 'claimed' && store.fill(key, read.token, value, bound);
    },
  }),
  'lets everybody load': (store) => ({
    async claim(key, bound) {
      const read = await store.claim(key, bound);
      return read.kind === 'busy' ? { ...read, kind: 'claimed', token: 'x' } : read;
    },
  }),
  'puts up no fences': () => ({ fence: async () => undefined }),
  'takes every tag for fresh': () => ({ isTagFresh: async () => true }),
  'loses the tags of a value': (store) => ({
    fill: (key, token, value, bound) => store.fill(key, token, { ...value, tags: [] }, bound),
  }),
  'does not give claims back': () => ({ release: async () => undefined }),
  'reads many in any order': (store) => ({
    getMany: async (keys, bound) => (await store.getMany(keys, bound)).toReversed(),
  }),
};

function sabotaged(sabotage: Sabotage): SharedTier {
  const honest = redisTier();
  return {
    name: 'sabotaged',
    open(context) {
      const store = honest.open(context);
      // What it does not answer itself, the honest one does.
      return new Proxy(store, {
        get(_store, name) {
          const own: unknown = Reflect.get(sabotage(store), name);
          const value: unknown = own ?? Reflect.get(store, name);
          return typeof value === 'function' ? value.bind(store) : value;
        },
      });
    },
  };
}

/** Without those that wait for times to pass, and those that are long. */
const quick = tierConformance.filter(
  ({ name, needs }) => !/4,000|lease ends|large value|by itself|passed|grace/.test(name) && !needs.includes('plant'),
);

/** The name of the first case that fails. */
async function failureOf(sabotage: Sabotage): Promise<string | undefined> {
  const tier = sabotaged(sabotage);
  for (const [index, { name, run }] of quick.entries()) {
    const namespace = `${redis.namespace}-${index}`;
    try {
      await run({ open: () => ({ log: redis.log({ namespace }), tier }), knowsTags: true });
    } catch {
      return name;
    }
  }
  return undefined;
}

describe('the conformance suite of shared tiers', () => {
  it('passes a tier that is as it should be', async () => {
    expect(await failureOf(() => ({}))).toBeUndefined();
  });

  it.for(Object.entries(sabotages))('finds a tier that %s', async ([, sabotage]) => {
    expect(await failureOf(sabotage)).toBeTypeOf('string');
  });
});
