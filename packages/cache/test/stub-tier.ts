import { noSharedTier, type SharedTier } from '../src/index.ts';
import type { SharedContext, SharedStore, SharedValue } from '../src/shared/shared-tier.ts';

/** A tier that holds nothing, but for the calls that a test answers itself. */
export function createStubTier(calls: Partial<SharedStore>): SharedTier {
  const empty = noSharedTier();
  return {
    name: 'stub',
    open: (context: SharedContext): SharedStore => ({
      ...empty.open(context),
      claim: async () => ({ kind: 'claimed', token: 'mine' }),
      ...calls,
    }),
  };
}

/** A shared value in JSON that is fresh for a minute. */
export function sharedValue(value: unknown, rest: Partial<SharedValue> = {}): SharedValue {
  return { bytes: JSON.stringify(value), freshForMs: 60_000, tags: [], tagEpoch: '', tagSequence: 0, ...rest };
}
