import { runSeed, type SeedReport } from './run-seed.ts';
import { noSabotage } from './sabotage.ts';
import type { Scenario } from './scenario.ts';

/** The seeds that a test run tries: LOCKSTEP_SIM_SEED names one, LOCKSTEP_SIM_SEEDS or `named` says how many. */
export function seedsToRun(defaultCount: number, named = 'LOCKSTEP_SIM_SEEDS'): number[] {
  const { LOCKSTEP_SIM_SEED: only, [named]: count } = process.env;
  if (only !== undefined) return [Number(only)];
  return Array.from({ length: count === undefined ? defaultCount : Number(count) }, (_, index) => index + 1);
}

/** What all seeds came to. */
export interface SeedsReport {
  readonly seeds: number;
  readonly reads: number;
  readonly events: number;
}

/** Runs seeds until one of them breaks a promise, of which the error tells the story. */
export async function runSeeds(seeds: readonly number[], changes: Partial<Scenario> = {}): Promise<SeedsReport> {
  let reads = 0;
  let events = 0;
  for (const seed of seeds) {
    const report = await runSeed(seed, noSabotage, changes);
    if (report.violations.length > 0) throw new Error(storyOf(report));
    reads += report.reads;
    events += report.events;
  }
  return { seeds: seeds.length, reads, events };
}

/** What was broken, what led to it, and how to see it again. */
export function storyOf({ seed, scenario, violations, trace }: SeedReport): string {
  const broken = violations.slice(0, 5).map(({ rule, text }) => `  ${rule}: ${text}`);
  return [
    `seed ${seed} broke ${violations.length} promises (see it again with LOCKSTEP_SIM_SEED=${seed}):`,
    ...broken,
    `The world: ${JSON.stringify(scenario)}`,
    'What happened before the end:',
    ...trace,
  ].join('\n');
}
