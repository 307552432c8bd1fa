import { type RedisServer, startRedis } from '@lockstep/testing';

import type { Chance } from './chance.ts';
import { type Change, Judge } from './judge.ts';
import { observeArrivals } from './observe-arrivals.ts';
import { type ServiceProcess, type ServiceSettings, startService } from './service-process.ts';
import { startRegions, type StoryRegion } from './story-region.ts';

const servicesPerRegion = 4;
const usersPerRegion = 6;
/** How many reads follow on each change in its region, all at once in each service. */
const readsPerChange = 10_000;

/** Two regions with four services each, one database, and users whose passwords are changed in one of them. */
export class PasswordStory implements AsyncDisposable {
  readonly judge: Judge;
  readonly regions: readonly StoryRegion[];
  readonly services: ServiceProcess[] = [];
  /** What no fault explains. */
  readonly failures: string[] = [];
  /** Reads that began after a change was confirmed in their region, and were answered. */
  reads = 0;
  readonly #database: RedisServer;
  readonly #settings: ServiceSettings;
  /** The users changed last. */
  readonly #focus: string[] = [];
  readonly #observers: AsyncDisposable[] = [];
  #started = 0;

  private constructor(database: RedisServer, regions: readonly StoryRegion[], maxStalenessMs: number) {
    this.#database = database;
    this.regions = regions;
    this.judge = new Judge(maxStalenessMs);
    const users = regions.flatMap((region) => usersOf(region));
    this.#settings = { maxStalenessMs, databasePort: database.port, users };
  }

  static async start(maxStalenessMs: number): Promise<PasswordStory> {
    const [database, regions] = await Promise.all([startRedis(), startRegions(['east', 'west'])]);
    const story = new PasswordStory(database, regions, maxStalenessMs);
    try {
      const places = regions.flatMap((region) => Array.from({ length: servicesPerRegion }, () => region));
      await Promise.all(places.map((region) => story.#startService(region)));
      for (const region of regions) story.#observers.push(await observeArrivals(region, story.judge));
      return story;
    } catch (error) {
      await story[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Changes the password of a user of this region by one of its services, but not by `except`; false when that failed. */
  async change(region: StoryRegion, chance: Chance, except?: ServiceProcess): Promise<boolean> {
    const user = chance.pick(usersOf(region));
    this.#focus.splice(0, this.#focus.length, ...this.#focus.slice(-3), user);
    for (const each of this.services) this.#tellFocus(each);
    const service = chance.pick(this.#servicesOf(region).filter((each) => each !== except));
    let change: Change;
    try {
      const answer = await service.ask('change', { user, how: chance.pick(['invalidate', 'mutate']) });
      change = { ...(answer as Omit<Change, 'region' | 'user'>), region: region.name, user };
    } catch {
      // Killed, cut off, or its proxy was: nothing was promised.
      return false;
    }
    this.judge.confirm(change);
    let answered = 0;
    while (answered < readsPerChange) {
      const services = this.#servicesOf(region);
      const count = Math.ceil(readsPerChange / services.length);
      const answers = await Promise.all(services.map((each) => each.ask('burst', { user, count }).catch(() => 0)));
      answered += answers.reduce<number>((sum, some) => sum + Number(some), 0);
    }
    this.reads += answered;
    return true;
  }

  /** SIGKILL, and another service in its place. */
  async replace(service: ServiceProcess): Promise<void> {
    this.services.splice(this.services.indexOf(service), 1);
    await service[Symbol.asyncDispose]();
    await this.#startService(service.region);
  }

  async localHits(): Promise<number> {
    const hits = await Promise.all(this.services.map((service) => service.ask('localHits')));
    return hits.reduce<number>((sum, some) => sum + Number(some), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#observers.map((observer) => observer[Symbol.asyncDispose]()));
    await Promise.all(this.services.map((service) => service[Symbol.asyncDispose]()));
    await Promise.all(this.regions.map((region) => region[Symbol.asyncDispose]()));
    await this.#database.close();
  }

  async #startService(region: StoryRegion): Promise<void> {
    const name = `${region.name} ${++this.#started}`;
    const onFailure = (text: string): void => void this.failures.push(text);
    const service = await startService(name, region, this.#settings, { judge: this.judge, onFailure });
    this.#tellFocus(service);
    this.services.push(service);
  }

  /** Has it read most what is being changed, everywhere. */
  #tellFocus(service: ServiceProcess): void {
    void service.ask('focus', { users: this.#focus }).catch(() => undefined);
  }

  #servicesOf({ name }: StoryRegion): ServiceProcess[] {
    return this.services.filter(({ region }) => region.name === name);
  }
}

function usersOf({ name }: StoryRegion): string[] {
  return Array.from({ length: usersPerRegion }, (_, at) => `${name}-${at + 1}`);
}
