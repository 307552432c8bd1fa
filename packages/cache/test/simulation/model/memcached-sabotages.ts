import type { SharedTier } from '../../../src/index.ts';
import { hideOrigins, override } from './meddle.ts';
import type { Sabotage } from './sabotage.ts';
import type { Scenario } from './scenario.ts';

const calm: Partial<Scenario> = {
  tier: 'memcached',
  faultEveryMs: Infinity,
  networkMs: 80,
  writesInBursts: true,
  hasSlowLoads: false,
  keys: 1,
  pauseMs: 20,
  ttlMs: 60_000,
};

const isOfValue = (key: unknown): boolean => /:d[:#]/.test(String(key));
const isOfFence = (key: unknown): boolean => /:f[:#]/.test(String(key));

/** A tier whose stores do not delete what others have invalidated. */
const withoutHeardKeys = (tier: SharedTier): SharedTier => ({
  name: tier.name,
  open: (context) => override(tier.open(context), { heard: () => undefined }),
});

/** Each protection of the tier on memcached, switched off. */
export const memcachedSabotages: readonly Sabotage[] = [
  {
    name: 'comparing a fill with its lease',
    scenario: { ...calm, keys: 3, nodes: 4, mutateShare: 0, elsewhereShare: 0 },
    interceptMemcached: (request, run) => {
      const { command, key, flags } = request;
      if (command !== 'ms' || !isOfValue(key)) return run(request);
      return run({ ...request, flags: flags.filter((flag) => !flag.startsWith('C')) });
    },
  },
  {
    name: 'deleting what is invalidated from memcached',
    scenario: calm,
    interceptMemcached: (request, run) => {
      const { command, key, flags } = request;
      return command === 'md' && isOfValue(key) && flags.length === 0 ? { status: 'HD', flags: [] } : run(request);
    },
  },
  {
    name: 'the fence of a write in memcached',
    scenario: { ...calm, mutateShare: 0.8, fenceMs: 2000 },
    interceptMemcached: (request, run) => {
      if (!isOfFence(request.key)) return run(request);
      return { status: request.command === 'mg' ? 'EN' : 'HD', flags: [] };
    },
    wrapLog: hideOrigins,
  },
  {
    name: 'deleting what others have invalidated',
    scenario: { ...calm, logMaxEntries: 100_000, mutateShare: 0, elsewhereShare: 0.5 },
    wrapTier: withoutHeardKeys,
  },
];
