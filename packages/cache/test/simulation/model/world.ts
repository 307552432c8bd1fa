import { SimMemcachedServer, type SimMemcachedServerOptions } from '../memcached/sim-memcached-server.ts';
import { SimRedisServer, type SimRedisServerOptions } from '../redis/sim-redis-server.ts';
import { Scheduler } from '../world/scheduler.ts';
import { seededRandom, type SeededRandom } from '../world/seeded-random.ts';
import { createTrace, type Trace } from '../world/trace.ts';
import { Database } from './database.ts';
import { Oracle } from './oracle.ts';
import { SimRelay } from '../relay/sim-relay.ts';
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
  readonly memcached: SimMemcachedServer;
  readonly relay: SimRelay;
  readonly database: Database;
  readonly oracle: Oracle;
  readonly sabotage: Sabotage;
  readonly keys: readonly string[];
  /** When a server last lost data that it had. */
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
  const { intercept, interceptMemcached, runId } = sabotage;
  const options: SimRedisServerOptions = {
    scheduler,
    random: random.fork(),
    clockRate: random.between(0.99, 1.01),
    ...(intercept === undefined ? {} : { intercept }),
    ...(runId === undefined ? {} : { runId }),
  };
  const memcachedOptions: SimMemcachedServerOptions = {
    scheduler,
    random: random.fork(),
    clockRate: random.between(0.99, 1.01),
    ...(interceptMemcached === undefined ? {} : { intercept: interceptMemcached }),
  };
  const server = new SimRedisServer(options);
  return {
    seed,
    scenario,
    scheduler,
    random,
    trace,
    server,
    relay: new SimRelay({ scenario, scheduler, random: random.fork(), server, trace, sabotage }),
    memcached: new SimMemcachedServer(memcachedOptions),
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
