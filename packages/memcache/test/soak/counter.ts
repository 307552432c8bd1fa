import { sleep } from '@lockstep/core';

import type { Item, MemcacheDriver } from '../../src/index.ts';
import type { History } from './history.ts';

/** How often, and ms after each other, counters are read before the cache counts as one that does not recover. */
const mostReads = 50;
const pauseMs = 100;

interface Bounds {
  readonly least: bigint;
  readonly most: bigint;
}

/**
 * A counter that one caller adds to, one call at a time. Another key is taken when the server has lost
 * it, and when it is not known whether an increment was carried out, so that one counter never has
 * more than one doubtful increment behind which a double one could hide.
 */
export class Counter {
  readonly #cache: Pick<MemcacheDriver, 'add' | 'incr' | 'getMany'>;
  readonly #history: History;
  readonly #name: string;
  #epoch = 0;
  #isThere = false;
  #value = 0n;
  readonly #doubtful = new Map<string, Bounds>();

  constructor(cache: Pick<MemcacheDriver, 'add' | 'incr' | 'getMany'>, history: History, name: string) {
    this.#cache = cache;
    this.#history = history;
    this.#name = name;
  }

  /** Adds one, and checks that no increment was carried out twice or lost. */
  async step(): Promise<void> {
    const key = `${this.#name}-${this.#epoch}`;
    try {
      if (!this.#isThere) {
        if ((await this.#cache.add(key, '0')) !== 'stored') this.#history.lies.push(`${key} was there already`);
        this.#isThere = true;
      }
    } catch (error) {
      this.#history.fail(key, error);
      this.#restart();
      return;
    }
    try {
      const value = await this.#cache.incr(key, 1n);
      if (value === undefined) this.#restart();
      else this.#check(key, value);
    } catch (error) {
      if (this.#history.fail(key, error) === 'unsent') return;
      this.#doubtful.set(key, { least: this.#value, most: this.#value + 1n });
      this.#restart();
    }
  }

  /** Checks the counters that were given up, those that the server still has. */
  async verify(): Promise<void> {
    const keys = [...this.#doubtful.keys()];
    for (let at = 0; at < keys.length; at += 100) {
      const part = keys.slice(at, at + 100);
      const items = await this.#readAgainAndAgain(part);
      part.forEach((key, index) => {
        const item = items[index];
        const { least, most } = this.#doubtful.get(key)!;
        const value = item === undefined ? undefined : BigInt(item.value.toString().trim());
        if (value !== undefined && (value < least || value > most))
          this.#history.lies.push(`${key}: ${value} instead of ${least} to ${most}`);
      });
    }
  }

  /** What a fault left behind on a busy machine may still fail a read or two; a cache that does not recover is told. */
  async #readAgainAndAgain(keys: readonly string[]): Promise<readonly (Item | undefined)[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#cache.getMany(keys);
      } catch (error) {
        if (attempt === mostReads) throw error;
        await sleep(pauseMs);
      }
    }
  }

  #check(key: string, value: bigint): void {
    if (value !== this.#value + 1n) this.#history.lies.push(`${key}: ${value} after ${this.#value}`);
    this.#value = value;
  }

  #restart(): void {
    this.#epoch++;
    this.#isThere = false;
    this.#value = 0n;
  }
}
