import { setTimeout as wait } from 'node:timers/promises';

import type { Chance } from '../test/password-story/chance.ts';
import type { Wrong, WrongKey } from './history.ts';
import type { World, WorldRegion } from './world.ts';
import { writeKey } from './write-key.ts';

/**
 * A write is taken to have seen what had been applied 5 s before it, which a journal looks up once a second. After this
 * time without writes elsewhere, nothing can be concurrent with it.
 */
const restMs = 7000;
const attempts = 100;

/**
 * Keys that several regions wrote while things went wrong. When they have rested, what one region writes has seen all of
 * that: it is to stay, in every region, whatever has happened before.
 */
export class RestedKeys {
  readonly #keys: readonly string[];
  readonly #since = performance.now();

  /** @param keys that nobody writes any more, and nothing of which is on its way. */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Waits until they have rested, and has one region or another write each of them. */
  async write(world: World, chance: Chance): Promise<void> {
    await wait(Math.max(0, this.#since + restMs - performance.now()));
    await Promise.all(
      this.#keys.map((key, at) => put(world, chance.pick(world.regions), { key, number: numberOf(at) })),
    );
  }

  /** How many there are. */
  get size(): number {
    return this.#keys.length;
  }

  /** Those that are not everywhere what was written; to be asked when that has arrived. */
  async judge({ regions }: World): Promise<WrongKey[]> {
    const all = await Promise.all(
      regions.map(async ({ name, reader }) => [name, await reader.read(this.#keys)] as const),
    );
    return this.#keys.flatMap((key, at) => {
      const [number, found] = [numberOf(at), all.map(([name, numbers]) => [name, numbers.get(key)] as const)];
      const wrong = found.map(([, one]) => wrongOf(one, number)).find((one) => one !== undefined);
      return wrong === undefined ? [] : [{ key, wrong, found: Object.fromEntries(found), writes: [{ number }] }];
    });
  }
}

function wrongOf(found: number | undefined, written: number): Wrong | undefined {
  if (found === written) return undefined;
  if (found === undefined) return 'missing';
  return Number.isNaN(found) ? 'invented' : 'stale';
}

/** Above all that a seed writes. */
function numberOf(at: number): number {
  return 1_000_000_000 + at;
}

async function put(
  world: World,
  region: WorldRegion,
  { key, number }: { readonly key: string; readonly number: number },
): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (await writeKey(world, region, { key, number, body: Buffer.from(`${number} `) })) return;
    await wait(100);
  }
  throw new Error(`${region.name} takes no writes after everything was healed`);
}
