import { setTimeout as wait } from 'node:timers/promises';

import { createChance, type Chance } from '../test/password-story/chance.ts';
import type { Applied } from './apply-log.ts';
import { Explanations } from './explanations.ts';
import type { Fault, FaultScope } from './fault.ts';
import { processFaults, wireFaults } from './faults.ts';
import type { WrongKey } from './history.ts';
import { Load } from './load.ts';
import { measurePace } from './pace.ts';
import { RestedKeys } from './rested-keys.ts';
import { settle } from './settle.ts';
import { judgeKeys } from './verdicts.ts';
import { watchForOlderValues } from './watch.ts';
import type { World } from './world.ts';

/** So many of processes, and of wires; ten seeds in a row go through all of them. */
const faultsPerSeed = 3;
/** How long a row that two regions wrote at once may be older still; receivers look for such ones every 0.2 s. */
const rowPatienceMs = 10_000;

/** What one seed came to. */
export interface SeedOutcome {
  readonly design: string;
  readonly seed: number;
  readonly regions: number;
  readonly happened: readonly string[];
  readonly writes: number;
  readonly confirmed: number;
  readonly messagesStruck: number;
  readonly keys: number;
  /** Keys that are gone from a region, as a fault of this seed explains. */
  readonly missed: number;
  /** Rows that one region or more has as they were written last; the others are gone. */
  readonly rowsHeld: number;
  /** Keys that no history explains, by what is wrong with them. */
  readonly wrong: readonly WrongKey[];
  /** Values that a reader saw after a newer one of the same key. */
  readonly older: number;
  /** Stores that receivers sent to memcached of keys that one region writes. */
  readonly stores: number;
  /** Stores that a receiver sent to memcached after a newer one of the same key. */
  readonly disordered: number;
  /** Whether a fault explains both. */
  readonly mayGoBack: boolean;
  /** Stores that a receiver made of what its own region had written. */
  readonly returned: number;
  /** Keys that one region wrote after everything else had rested, and that are among those looked at. */
  readonly rested: number;
  /** From the end of the last fault until something had arrived in every other region, from every shard. */
  readonly settledMs: number;
  /** How many times slower than one with nothing else to do the machine was meanwhile. */
  readonly pace: number;
  /** Faults that this machine has no means for. */
  readonly skipped: readonly string[];
}

/** How long a seed runs. */
export interface SeedPlan {
  readonly seed: number;
  readonly seconds: number;
  /** The name of a fault that comes whatever is dealt. */
  readonly always?: string | undefined;
}

/** Writes in all regions while things go wrong, heals them, waits, and judges every key. */
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
  const explanations = new Explanations();
  const happened: string[] = [];
  const strike = async (fault: Fault, faultChance: Chance, turn: number): Promise<void> => {
    const region = faultChance.pick(world.regions);
    const ms = faultChance.between(50, faultChance.pick([300, 1200]));
    happened.push(`${region.name}: ${fault.name}`);
    const explain: FaultScope['explain'] = (cost, isMeant) => explanations.add({ region: region.name, cost, isMeant });
    for (const cost of fault.costs) explain(cost);
    const note = (text: string): number => happened.push(`${region.name}: ${text}`);
    await fault.run({ region, chance: faultChance, ms, turn, note, explain });
  };
  const { faults, skipped } = processFaults(world);
  const forced = faults.filter(({ name }) => name === always);
  const ofProcesses = [...forced, ...hand(faults, seed, chance).filter(({ name }) => name !== always)];
  const ofWires = hand(wireFaults, seed, chance);
  /** Of seeds that follow each other: how often the list has been gone through. */
  const turn = Math.floor((seed * faultsPerSeed) / faults.length);
  const breaking = Promise.all([
    strikeAll(ofProcesses, {
      chance,
      turn,
      isOver: (count) => count >= ofProcesses.length && performance.now() > endsAt,
      strike,
    }).finally(() => (isStruck = true)),
    strikeAll(ofWires, { chance: createChance(seed + 2000), turn, isOver: isBroken, strike }),
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
  const { rested } = world;
  const between = async (): Promise<void> => rested?.write(world, createChance(seed + 4000));
  const { result: arrivedAt, pace } = await measurePace(settle(world, { namespace: `s${seed}`, between }));
  const patienceMs = world.design.isLossless ? rowPatienceMs * pace : 0;
  const { wrong, missed, rowsHeld } = await judgeKeys(world, load, { explanations, patienceMs });
  const restedWrong = (await rested?.judge(world)) ?? [];
  const resting = load.histories.filter(({ kind }) => kind === 'both' || kind === 'row');
  world.rested = world.design.hasSharedKeys ? new RestedKeys(resting.map(({ key }) => key)) : undefined;
  const applied = world.regions.map((region) => region.applied.judge());
  return {
    design: world.design.name,
    seed,
    regions: world.regions.length,
    happened,
    writes: load.writes,
    confirmed: load.confirmed,
    messagesStruck: struck(world) - struckBefore,
    keys: load.histories.length + (rested?.size ?? 0),
    missed,
    rowsHeld,
    wrong: [...wrong, ...restedWrong],
    older,
    stores: sumOf(({ stores }) => stores, applied),
    disordered: sumOf(({ disordered }) => disordered, applied),
    mayGoBack: explanations.mayGoBack,
    returned: sumOf(({ returned }) => returned, applied),
    rested: rested?.size ?? 0,
    settledMs: arrivedAt - healedAt,
    pace,
    skipped,
  };
}

/** The faults of one seed: seeds that follow each other go through all of them. */
function hand(faults: readonly Fault[], seed: number, chance: Chance): Fault[] {
  const dealt = Array.from({ length: faultsPerSeed }, (_, at) => faults[(seed * faultsPerSeed + at) % faults.length]!);
  return dealt.toSorted(() => chance.between(-1, 1));
}

/** How the faults of one list come. */
interface StrikePlan {
  readonly chance: Chance;
  readonly turn: number;
  readonly isOver: (count: number) => boolean;
  readonly strike: (fault: Fault, chance: Chance, turn: number) => Promise<void>;
}

async function strikeAll(faults: readonly Fault[], { chance, turn, isOver, strike }: StrikePlan): Promise<void> {
  for (let at = 0; !isOver(at); at += 1) {
    await wait(chance.between(20, 200));
    await strike(faults[at % faults.length]!, chance, turn + Math.floor(at / faults.length));
  }
}

function struck({ regions }: World): number {
  return regions.reduce((sum, { wire }) => sum + wire.struck, 0);
}

function sumOf(read: (applied: Applied) => number, all: readonly Applied[]): number {
  return all.reduce((sum, applied) => sum + read(applied), 0);
}
