import { setTimeout as wait } from 'node:timers/promises';

import type { Chance } from '../test/password-story/chance.ts';
import type { Wrong } from './history.ts';
import { askHttp } from './http-reply.ts';
import type { World, WorldRegion } from './world.ts';

/**
 * A write is taken to have seen what had been applied 5 s before it, which a journal looks up once a second. After this
 * time without writes elsewhere, nothing can be concurrent with it.
 */
const restMs = 7000;
const requestMs = 6000;
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
  async write({ regions }: World, chance: Chance): Promise<void> {
    await wait(Math.max(0, this.#since + restMs - performance.now()));
    await Promise.all(this.#keys.map((key, at) => put(chance.pick(regions), key, numberOf(at))));
  }

  /** How many there are. */
  get size(): number {
    return this.#keys.length;
  }

  /** Those that are not everywhere what was written; to be asked when that has arrived. */
  async judge({ regions }: World): Promise<{ key: string; wrong: Wrong }[]> {
    const found = await Promise.all(regions.map(({ reader }) => reader.read(this.#keys)));
    return this.#keys.flatMap((key, at) => {
      const numbers = found.map((one) => one.get(key));
      const wrong = numbers.map((number) => wrongOf(number, numberOf(at))).find((one) => one !== undefined);
      return wrong === undefined ? [] : [{ key, wrong }];
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

async function put({ name, place }: WorldRegion, key: string, number: number): Promise<void> {
  const path = `/v1/cache/${encodeURIComponent(key)}`;
  const body = Buffer.from(`${number} `);
  const request = { port: place.ports.proxy[0]!, method: 'PUT', path, body, timeoutMs: requestMs };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await askHttp(request).catch(() => undefined);
    if (answer?.status === 204) return;
    await wait(100);
  }
  throw new Error(`${name} takes no writes after everything was healed`);
}
