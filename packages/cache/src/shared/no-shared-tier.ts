import type { SharedTier } from './shared-tier.ts';

/** No shared tier: every process loads for itself. */
export function noSharedTier(): SharedTier {
  return {
    name: 'none',
    open: () => ({
      get: async () => undefined,
      claim: async () => ({ kind: 'claimed', token: '' }),
      getMany: async (keys) => keys.map(() => undefined),
      fill: async () => true,
      release: async () => undefined,
      isTagFresh: async () => true,
      fence: async () => undefined,
      drop: async () => undefined,
      close: async () => undefined,
    }),
  };
}
