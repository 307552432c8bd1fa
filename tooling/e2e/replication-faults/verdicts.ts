import { setTimeout as wait } from 'node:timers/promises';

import type { Explanations } from './explanations.ts';
import { judge, type WrongKey } from './history.ts';
import type { Load } from './load.ts';
import type { World } from './world.ts';

const lookAgainMs = 100;

/** What became of the keys of a seed. */
export interface Verdicts {
  readonly wrong: readonly WrongKey[];
  /** Keys that are gone from a region, as a fault explains. */
  readonly missed: number;
  /** Rows that one region or more has. */
  readonly rowsHeld: number;
}

/**
 * Judges every key by what the pools hold. A row that two regions wrote at once may be older for a moment still: its region
 * is told to delete it as it is appended, and does so by itself. While a row is wrong it is looked at again.
 *
 * @param patienceMs how long.
 */
export async function judgeKeys(
  world: World,
  load: Load,
  { explanations, patienceMs }: { readonly explanations: Explanations; readonly patienceMs: number },
): Promise<Verdicts> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const verdicts = await judgeOnce(world, load, explanations);
    if (!verdicts.wrong.some(({ key }) => key.startsWith('row:')) || performance.now() > giveUpAt) return verdicts;
    await wait(lookAgainMs);
  }
}

async function judgeOnce(world: World, { histories }: Load, explanations: Explanations): Promise<Verdicts> {
  const keys = histories.map(({ key }) => key);
  const found = await Promise.all(
    world.regions.map(async ({ name, reader }) => [name, await reader.read(keys)] as const),
  );
  let [missed, rowsHeld] = [0, 0];
  const wrong = histories.flatMap((history) => {
    const { key, kind } = history;
    const here = new Map(found.map(([name, numbers]) => [name, numbers.get(key)]));
    if (kind === 'row' && [...here.values()].some((number) => number !== undefined)) rowsHeld += 1;
    const verdict = judge(history, here, (region, missing) => explanations.mayMiss(region, missing));
    if (verdict === undefined && judge(history, here, () => false) === 'missing') missed += 1;
    return verdict === undefined
      ? []
      : [{ key, wrong: verdict, found: Object.fromEntries(here), writes: history.writes }];
  });
  return { wrong, missed, rowsHeld };
}
