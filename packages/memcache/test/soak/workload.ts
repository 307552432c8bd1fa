import type { MemcacheDriver } from '../../src/index.ts';
import { Counter } from './counter.ts';
import { History } from './history.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import { tell } from './told-value.ts';

/** What a driver and a pool have in common, and the workload uses. */
export type Cache = Pick<
  MemcacheDriver,
  'get' | 'gets' | 'getMany' | 'set' | 'add' | 'delete' | 'incr' | 'gat' | 'capabilities' | 'close'
>;

/** How a workload behaves. */
export interface WorkloadOptions {
  readonly seed: number;
  /** Callers at once. @default 8 */
  readonly workers?: number;
}

/** The keys of the workload. */
export const workloadKeys: readonly string[] = Array.from({ length: 24 }, (_, index) => `work-${index}`);

/** A few bytes, some hundred, and more than goes over the lane of small values. */
const sizes = [20, 40, 300, 3000, 40_000];

/** Random calls on a cache, each of which a history checks, until `stop`. */
export class Workload {
  readonly history = new History();
  readonly #cache: Cache;
  readonly #workers: readonly Promise<void>[];
  readonly #counters: Counter[] = [];
  #isStopped = false;
  #unsettled = 0;
  #slowestMs = 0;

  constructor(cache: Cache, { seed, workers = 8 }: WorkloadOptions) {
    this.#cache = cache;
    this.#workers = Array.from({ length: workers }, (_, index) =>
      this.#work(index, workers, seededRandom(seed + index)),
    );
  }

  /** Calls that are in flight. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** How long the slowest call took to settle. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  /** Ends it. Resolves when every call is settled and every counter checked, for which the server must be well. */
  async stop(): Promise<History> {
    this.#isStopped = true;
    await Promise.all(this.#workers);
    for (const counter of this.#counters) await counter.verify();
    return this.history;
  }

  async #work(index: number, workers: number, random: SeededRandom): Promise<void> {
    const own = workloadKeys.filter((_, position) => position % workers === index);
    const counter = new Counter(this.#cache, this.history, `count-${index}`);
    this.#counters.push(counter);
    while (!this.#isStopped) {
      const startedAt = performance.now();
      this.#unsettled++;
      await this.#call(random, own, counter);
      this.#unsettled--;
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedAt);
      // What fails at once must not keep the sockets from being served.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #call(random: SeededRandom, own: readonly string[], counter: Counter): Promise<unknown> {
    const dice = random.below(20);
    if (dice < 8) return this.#read(random.pick(workloadKeys), random);
    if (dice < 10) return this.#readMany(random);
    if (dice < 12) return counter.step();
    if (dice < 13) return this.#write(random.pick(own), (key) => this.#cache.delete(key));
    const bytes = random.pick(sizes);
    const isAdd = dice === 13;
    return this.#write(random.pick(own), (key, version) => {
      const value = tell({ key, version }, bytes);
      return isAdd ? this.#cache.add(key, value) : this.#cache.set(key, value);
    });
  }

  async #read(key: string, random: SeededRandom): Promise<void> {
    const newest = this.history.newest(key);
    const dice = random.below(4);
    try {
      const read = dice === 0 ? this.#cache.gets(key) : dice === 1 ? this.#cache.gat(key, 3600) : this.#cache.get(key);
      this.history.check(key, newest, (await read)?.value);
    } catch (error) {
      this.history.fail(key, error);
    }
  }

  async #readMany(random: SeededRandom): Promise<void> {
    const keys = Array.from({ length: 1 + random.below(8) }, () => random.pick(workloadKeys));
    const newest = keys.map((key) => this.history.newest(key));
    try {
      const items = await this.#cache.getMany(keys);
      keys.forEach((key, index) => this.history.check(key, newest[index]!, items[index]?.value));
    } catch (error) {
      // Which of the keys it was about is not known.
      this.history.fail(undefined, error);
    }
  }

  async #write(key: string, write: (key: string, version: number) => Promise<unknown>): Promise<void> {
    const version = this.history.begin(key);
    try {
      const outcome = await write(key, version);
      this.history.end(key, version, outcome === 'not-stored' ? 'unsent' : 'done');
    } catch (error) {
      this.history.end(key, version, this.history.fail(key, error));
    }
  }
}
