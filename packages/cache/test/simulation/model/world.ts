import { SimRedisServer, type SimRedisServerOptions } from '../redis/sim-redis-server.ts';
import { Scheduler } from '../world/scheduler.ts';
import { seededRandom, type SeededRandom } from '../world/seeded-random.ts';
import { createTrace, type Trace } from '../world/trace.ts';
import { Database } from './database.ts';
import { Oracle } from './oracle.ts';
import { drawScenario, type Scenario } from './scenario.ts';
import type { Sabotage } from './sabotage.ts';

/** Everything that the nodes of one simulation share. */
export interface World {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly server: SimRedisServer;
  readonly database: Database;
  readonly oracle: Oracle;
  readonly sabotage: Sabotage;
  readonly keys: readonly string[];
  /** When Redis last lost data that it had. */
  lostDataAt: number;
  /** When the last process began to hear the log; Infinity while one does not yet. */
  startedAt: number;
  /** Until when nobody writes. */
  restsUntil: number;
  /** Whether faults and operations still begin. */
  isOver: boolean;
}

/** Makes the world of a seed. */
export function createWorld(seed: number, sabotage: Sabotage, changes: Partial<Scenario> = {}): World {
  const random = seededRandom(seed);
  const scenario = { ...drawScenario(random), ...sabotage.scenario, ...changes };
  const scheduler = new Scheduler();
  const trace = createTrace(scheduler, process.env['LOCKSTEP_SIM_SEED'] === undefined ? 400 : 1_000_000);
  const { intercept, runId } = sabotage;
  const options: SimRedisServerOptions = {
    scheduler,
    random: random.fork(),
    clockRate: random.between(0.99, 1.01),
    ...(intercept === undefined ? {} : { intercept }),
    ...(runId === undefined ? {} : { runId }),
  };
  return {
    seed,
    scenario,
    scheduler,
    random,
    trace,
    server: new SimRedisServer(options),
    database: new Database(),
    oracle: new Oracle({ scheduler, trace, maxStalenessMs: scenario.maxStalenessMs }),
    sabotage,
    keys: Array.from({ length: scenario.keys }, (_, index) => `k${index}`),
    lostDataAt: -Infinity,
    startedAt: 0,
    restsUntil: 0,
    isOver: false,
  };
}
