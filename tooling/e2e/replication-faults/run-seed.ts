import { setTimeout as wait } from 'node:timers/promises';

import { createChance, type Chance } from '../test/password-story/chance.ts';
import { type Fault, processFaults, wireFaults } from './faults.ts';
import { judge, type Wrong } from './history.ts';
import { Load } from './load.ts';
import { settle } from './settle.ts';
import { watchForOlderValues } from './watch.ts';
import type { World, WorldRegion } from './world.ts';

/** So many of processes, and of wires; ten seeds in a row go through all of them. */
const faultsPerSeed = 3;

/** What one seed came to. */
export interface SeedOutcome {
  readonly design: string;
  readonly seed: number;
  readonly happened: readonly string[];
  readonly writes: number;
  readonly confirmed: number;
  readonly messagesStruck: number;
  readonly keys: number;
  /** Keys that are gone from a region, as a fault of this seed explains. */
  readonly missed: number;
  /** Keys that no history explains, by what is wrong with them. */
  readonly wrong: readonly { readonly key: string; readonly wrong: Wrong }[];
  /** Values that a reader saw after a newer one of the same key. */
  readonly older: number;
  /** Whether a fault explains those. */
  readonly mayGoBack: boolean;
  /** From the end of the last fault until everything had arrived. */
  readonly settledMs: number;
}

/** How long a seed runs. */
export interface SeedPlan {
  readonly seed: number;
  readonly seconds: number;
  /** The name of a fault that comes whatever is dealt. */
  readonly always?: string | undefined;
}

/** Writes in both regions while things go wrong, heals them, waits, and judges every key. */
export async function runSeed(world: World, { seed, seconds, always }: SeedPlan): Promise<SeedOutcome> {
  const chance = createChance(seed);
  const load = new Load(world, `s${seed}`, createChance(seed + 1000));
  const endsAt = performance.now() + 1000 * seconds;
  let isHealed = false;
  /** Whether every fault that was dealt has come, and the time is over. */
  let isStruck = false;
  const isBroken = (): boolean => isStruck && performance.now() > endsAt;
  /** Whether what was begun here, and does not end by itself, has ended. */
  let isFinished = false;
  /** Writes go on until then, or the last ones are those that met the faults. */
  const isWrittenToTheEnd = createChance(seed + 3000).pick([true, false]);
  const isOver = (): boolean =>
    isBroken() && (isFinished || !(isWrittenToTheEnd && world.resharding?.isPending === true));
  const struckBefore = struck(world);
  const costs = new Map<WorldRegion, Set<string>>(world.regions.map((region) => [region, new Set()]));
  const happened: string[] = [];
  const strike = async (fault: Fault, faultChance: Chance): Promise<void> => {
    const region = faultChance.pick(world.regions);
    const ms = faultChance.between(50, faultChance.pick([300, 1200]));
    happened.push(`${region.name}: ${fault.name}`);
    for (const cost of fault.costs) costs.get(region)!.add(cost);
    await fault.run({ region, chance: faultChance, ms, note: (text) => happened.push(`${region.name}: ${text}`) });
  };
  const { faults } = processFaults(world);
  const forced = faults.filter(({ name }) => name === always);
  const ofProcesses = [...forced, ...hand(faults, seed, chance).filter(({ name }) => name !== always)];
  const ofWires = hand(wireFaults, seed, chance);
  const breaking = Promise.all([
    strikeAll(ofProcesses, {
      chance,
      isOver: (count) => count >= ofProcesses.length && performance.now() > endsAt,
      strike,
    }).finally(() => (isStruck = true)),
    strikeAll(ofWires, { chance: createChance(seed + 2000), isOver: isBroken, strike }),
  ]);
  const healed = breaking
    .then(() => world.heal())
    .then(() => world.resharding?.finish(() => world.heal()))
    .finally(() => (isFinished = true));
  let healedAt = 0;
  const [older] = await Promise.all([
    watchForOlderValues(world, load, () => isHealed),
    load.run(isOver, healed).finally(() => (isHealed = true)),
    healed.then(() => (healedAt = performance.now())),
  ]);
  await settle(world, `s${seed}`);
  const settledMs = performance.now() - healedAt;
  const found = await readAll(world, load);
  const mayMiss = (name: string): boolean =>
    [...costs].some(([region, set]) => set.has(region.name === name ? 'keys here' : 'keys elsewhere'));
  let missed = 0;
  const wrong = load.histories.flatMap((history) => {
    const here = new Map([...found].map(([region, numbers]) => [region.name, numbers.get(history.key)]));
    const verdict = judge(history, here, mayMiss);
    if (verdict === undefined && judge(history, here, () => false) === 'missing') missed += 1;
    return verdict === undefined ? [] : [{ key: history.key, wrong: verdict }];
  });
  return {
    design: world.design.name,
    seed,
    happened,
    writes: load.writes,
    confirmed: load.confirmed,
    messagesStruck: struck(world) - struckBefore,
    keys: load.histories.length,
    missed,
    wrong,
    older,
    mayGoBack: [...costs.values()].some((set) => set.has('order for readers')),
    settledMs,
  };
}

/** The faults of one seed: seeds that follow each other go through all of them. */
function hand(faults: readonly Fault[], seed: number, chance: Chance): Fault[] {
  const dealt = Array.from({ length: faultsPerSeed }, (_, at) => faults[(seed * faultsPerSeed + at) % faults.length]!);
  return dealt.toSorted(() => chance.between(-1, 1));
}

async function strikeAll(
  faults: readonly Fault[],
  {
    chance,
    isOver,
    strike,
  }: { chance: Chance; isOver: (count: number) => boolean; strike: (fault: Fault, chance: Chance) => Promise<void> },
): Promise<void> {
  for (let at = 0; !isOver(at); at += 1) {
    await wait(chance.between(20, 200));
    await strike(faults[at % faults.length]!, chance);
  }
}

function struck({ regions }: World): number {
  return regions.reduce((sum, { wire }) => sum + wire.struck, 0);
}

async function readAll(world: World, load: Load): Promise<Map<WorldRegion, Map<string, number>>> {
  const keys = load.histories.map(({ key }) => key);
  const read = await Promise.all(world.regions.map((region) => region.reader.read(keys)));
  return new Map(world.regions.map((region, at) => [region, read[at]!]));
}
