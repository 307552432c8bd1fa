import { lastReads, lastWrite, type Operation } from './operations.ts';
import type { Violation } from './oracle.ts';
import { Fleet } from './fleet.ts';
import { injectFault, takeSnapshot } from './faults.ts';
import { noSabotage, type Sabotage } from './sabotage.ts';
import type { Scenario } from './scenario.ts';
import { createWorld, type World } from './world.ts';

/** What a run of one seed came to. */
export interface SeedReport {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  readonly reads: number;
  readonly events: number;
}

/** How long a healed world may take to settle everything that was under way. */
const SETTLE_MS = 20_000;

/** Runs the world of one seed to its end: workload with faults, healing, and what is left then. */
export async function runSeed(
  seed: number,
  sabotage: Sabotage = noSabotage,
  changes: Partial<Scenario> = {},
): Promise<SeedReport> {
  const world = createWorld(seed, sabotage, changes);
  const { scheduler, scenario, oracle, trace } = world;
  const fleet = new Fleet(world);
  if (scenario.hasRelay) world.relay.start();
  for (let count = 0; count < scenario.nodes; count++) fleet.start();
  tend(world, fleet);
  keepInjectingFaults(world, fleet);
  await scheduler.run(scenario.durationMs);

  world.isOver = true;
  heal(world, fleet);
  await settle(world, fleet);
  // Three heartbeats, and a connection that is made anew.
  await scheduler.run(scheduler.now + scenario.maxStalenessMs + 6 * scenario.retryMs);
  await checkWhatIsLeft(world, fleet);
  return {
    seed,
    scenario,
    violations: oracle.violations,
    trace: trace.lines(),
    reads: oracle.reads,
    events: scheduler.events,
  };
}

/** Copies of the data now and then, as disks and replicas have them; processes in place of those that died. */
function tend(world: World, fleet: Fleet): void {
  if (world.isOver) return;
  takeSnapshot(world);
  fleet.tend();
  world.scheduler.after(100, () => tend(world, fleet));
}

function keepInjectingFaults(world: World, fleet: Fleet): void {
  const { scenario, scheduler, random } = world;
  if (scenario.faultEveryMs === Infinity) return;
  scheduler.after(random.between(0, 2 * scenario.faultEveryMs), () => {
    if (world.isOver) return;
    injectFault(world, fleet.alive());
    keepInjectingFaults(world, fleet);
  });
}

function heal({ server, memcached, relay, scenario, trace }: World, fleet: Fleet): void {
  trace.add('WORLD', 'is healed');
  server.process.thaw();
  memcached.process.thaw();
  if (server.isDown) server.start();
  if (memcached.isDown) memcached.start();
  relay.host.wake();
  relay.process.thaw();
  if (scenario.hasRelay) relay.start();
  for (const { host, process, link, memcachedLink } of fleet.alive()) {
    host.wake();
    process.thaw();
    for (const each of [link, memcachedLink, relay.link]) {
      each.state = 'up';
      each.slowMs = 0;
    }
  }
}

/** Waits until every promise of a process that lives has settled. */
async function settle({ scheduler, oracle }: World, fleet: Fleet): Promise<void> {
  for (let waited = 0; waited < SETTLE_MS && fleet.unsettled().length > 0; waited += 100) {
    await scheduler.run(scheduler.now + 100);
  }
  for (const what of fleet.unsettled()) oracle.report('settles', `${what} has not settled`);
}

async function checkWhatIsLeft(world: World, fleet: Fleet): Promise<void> {
  const { oracle, keys, trace } = world;
  trace.add('WORLD', 'is quiet');
  for (const { name, view } of fleet.alive()) {
    for (const key of keys) {
      const row = view.peek(key);
      if (row !== undefined) oracle.left(name, 'peek', key, row.version);
    }
  }
  fleet.start();
  await followAll(world, fleet, 'reads', lastReads);
  await followAll(world, fleet, 'writes', lastWrite);
  await followAll(world, fleet, 'reads again', lastReads);
  await followAll(world, fleet, 'closes', (_, node) => node.close());
  const closed = world.relay.close().then(() => undefined);
  await Promise.race([closed.then(() => undefined), world.scheduler.run(world.scheduler.now + SETTLE_MS)]);
}

async function followAll(world: World, fleet: Fleet, what: string, run: Operation): Promise<void> {
  await Promise.race([
    Promise.all(fleet.alive().map((node) => fleet.follow(node, what, () => run(world, node)))),
    settle(world, fleet),
  ]);
}
