import { setTimeout as wait } from 'node:timers/promises';

import type { Chance } from '../test/password-story/chance.ts';
import { KeyHistory } from './history.ts';
import { writeKey } from './write-key.ts';
import type { World, WorldRegion } from './world.ts';

const ownKeys = 40;
/** Of each kind that all regions write. */
const sharedKeys = 10;
/** Writers of one region, each with keys of its own: nobody writes a key twice at once in one region. */
const writers = 6;
/** A writer waits up to so long between two writes: what runs here leaves time to start apps, which faults end. */
const maxPauseMs = 100;
const maxValueBytes = 1500;

/** What clients write in both regions, and what they know of it. */
export class Load {
  readonly histories: readonly KeyHistory[];
  /** Writes that were begun. */
  writes = 0;
  confirmed = 0;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #byRegion: ReadonlyMap<WorldRegion, readonly KeyHistory[]>;

  /** @param namespace sets its keys apart from those of other runs. */
  constructor(world: World, namespace: string, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
    const kinds = world.design.hasSharedKeys ? (['shared', 'both', 'row'] as const) : (['row'] as const);
    const shared = kinds.flatMap((kind) =>
      Array.from({ length: sharedKeys }, (_, at) => new KeyHistory(`${kind}:${namespace}:${at}`, kind)),
    );
    this.#byRegion = new Map(
      world.regions.map((region) => {
        const own = Array.from(
          { length: ownKeys },
          (_, at) => new KeyHistory(`own:${namespace}:${region.name}:${at}`, 'own'),
        );
        return [region, [...own, ...shared]];
      }),
    );
    this.histories = [...new Set([...this.#byRegion.values()].flat())];
  }

  /** Writes everywhere until it is over, and then until the last write of each key was confirmed. */
  async run(isOver: () => boolean, isHealed: Promise<void>): Promise<void> {
    const turns = [...this.#byRegion].flatMap(([region, keys]) =>
      Array.from({ length: writers }, async (_, writer) => {
        const mine = keys.filter((__, at) => at % writers === writer);
        await this.#write(region, mine, isOver);
        await isHealed;
        await this.#confirm(region, mine);
      }),
    );
    await Promise.all(turns);
  }

  /** The keys that are written in other regions than this one alone. */
  foreignKeysOf(region: WorldRegion): readonly KeyHistory[] {
    const others = [...this.#byRegion].filter(([other]) => other !== region);
    return others.flatMap(([, keys]) => keys.filter(({ kind }) => kind === 'own'));
  }

  async #write(region: WorldRegion, keys: readonly KeyHistory[], isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#writeOne(region, this.#chance.pick(keys), this.#chance.between(0, 1) < 0.25);
      await wait(this.#chance.between(0, maxPauseMs));
    }
  }

  /** Whoever was not answered tries again, as an application would. */
  async #confirm(region: WorldRegion, keys: readonly KeyHistory[]): Promise<void> {
    const mine = (key: KeyHistory) => key.writes.filter((write) => write.region === region.name).at(-1);
    for (const key of keys) {
      for (let attempt = 0; mine(key)?.isConfirmed === false; attempt += 1) {
        if (attempt > 100) throw new Error(`${region.name} takes no writes after everything was healed`);
        if (attempt > 0) await wait(100);
        await this.#writeOne(region, key, false);
      }
    }
  }

  async #writeOne(region: WorldRegion, key: KeyHistory, isDelete: boolean): Promise<void> {
    this.writes += 1;
    const number = this.writes;
    const body = Buffer.from(`${number} ${'x'.repeat(this.#chance.between(0, 1) ** 3 * maxValueBytes)}`);
    const startedAt = performance.now();
    const write = { key: key.key, number, body: isDelete ? undefined : body };
    const isConfirmed = await writeKey(this.#world, region, write);
    if (isConfirmed) this.confirmed += 1;
    const times = { startedAt, endedAt: performance.now() };
    key.add({ number, isDelete, region: region.name, ...times, isConfirmed });
    // A region that is down is not asked as fast as one that is up.
    if (!isConfirmed) await wait(50);
  }
}
