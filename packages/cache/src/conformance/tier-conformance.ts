import { coherenceCases } from './coherence-cases.ts';
import { fenceCases } from './fence-cases.ts';
import { tagCases } from './tag-cases.ts';
import type { TierConformanceCase } from './tier-case.ts';
import { valueCases } from './value-cases.ts';

export type { TierConformanceCase, TierProcess, TierUnderTest } from './tier-case.ts';

/**
 * What a SharedTier does on its real server, for any test runner: run each case whose `needs` are given, each in an
 * empty place of its own. What a tier does when its server fails is not among it: the cache guards every tier by
 * deadlines and a circuit breaker.
 */
export const tierConformance: readonly TierConformanceCase[] = [
  ...valueCases,
  ...coherenceCases,
  ...fenceCases,
  ...tagCases,
];
