import type { SeededRandom } from '../world/seeded-random.ts';

/** What kind of world a seed makes. */
export interface Scenario {
  readonly nodes: number;
  readonly keys: number;
  readonly shards: number;
  /** Where values are shared. */
  readonly tier: 'redis' | 'memcached' | 'none';
  /** Some processes are on one machine and hear the log through a relay there. */
  readonly hasRelay: boolean;
  readonly maxStalenessMs: number;
  readonly ttlMs: number;
  readonly maxEntries: number;
  readonly logMaxEntries: number;
  /** Loads that take longer than the staleness bound happen. */
  readonly hasSlowLoads: boolean;
  readonly hasTags: boolean;
  readonly refreshAhead: number | undefined;
  readonly graceMs: number;
  readonly fenceMs: number;
  readonly resends: boolean;
  readonly retryMs: number;
  /** Each message may take so much longer: what goes over different connections overtakes each other. */
  readonly networkMs: number;
  /** Which share of the writes is fenced. */
  readonly mutateShare: number;
  /** Which share of the others is made by services without a cache, which only publish. */
  readonly elsewhereShare: number;
  /** Writes come in bursts with long rests between them, in which what is stale stays stale. */
  readonly writesInBursts: boolean;
  /** The faults that happen; undefined is any. */
  readonly faults: readonly string[] | undefined;
  /** Wall clocks are set back in this world; otherwise machines are suspended. Both at once hide a lost lease. */
  readonly setsClocksBack: boolean;
  /** How long the workload and the faults go on. */
  readonly durationMs: number;
  /** The mean time between two operations of a node. */
  readonly pauseMs: number;
  /** The mean time between two faults; Infinity is a healthy world. */
  readonly faultEveryMs: number;
}

/** A moment of two processes and one key, in which everything happens at once: many of these find other orders than a few long ones. */
export const shortWorld: Partial<Scenario> = {
  nodes: 2,
  keys: 1,
  maxStalenessMs: 300,
  durationMs: 150,
  pauseMs: 5,
  faultEveryMs: 40,
};

/** Draws a scenario. */
export function drawScenario(random: SeededRandom): Scenario {
  const maxStalenessMs = random.pick([300, 300, 500, 500, 2000]);
  return {
    nodes: 2 + random.below(4),
    keys: 1 + random.below(5),
    shards: random.pick([1, 1, 2, 4]),
    tier: random.pick(['redis', 'redis', 'memcached', 'none']),
    hasRelay: random.chance(0.35),
    maxStalenessMs,
    ttlMs: random.pick([300, 60_000, 60_000]),
    maxEntries: random.pick([2, 1000]),
    logMaxEntries: random.pick([3, 100, 100_000]),
    hasSlowLoads: random.chance(0.3),
    hasTags: random.chance(0.4),
    refreshAhead: random.chance(0.2) ? 0.5 : undefined,
    graceMs: random.pick([0, 0, 2000]),
    fenceMs: random.pick([300, 2000]),
    resends: random.chance(0.5),
    retryMs: random.pick([10, 50, 400]),
    networkMs: random.pick([0, 0, 20, 80]),
    mutateShare: random.pick([0.1, 0.6]),
    elsewhereShare: random.pick([0, 0.1, 0.5]),
    writesInBursts: random.chance(0.6),
    faults: undefined,
    setsClocksBack: random.chance(0.3),
    durationMs: 3 * maxStalenessMs + random.below(2000),
    pauseMs: random.pick([5, 20, 60]),
    faultEveryMs: random.pick([Infinity, 150, 500, 1500]),
  };
}
