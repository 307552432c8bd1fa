import { sleep } from '@lockstep/core';
import type { MemcachePool } from '@lockstep/memcache';

import type { CacheClient } from './client.ts';

const writeEveryMs = 200;
const readEveryMs = 20;
/** Markers go to several keys, so that one dead memcached does not silence the probe. */
const slots = 8;

/** One direction to measure: writes go through the proxy of `from`, reads to the pool of `to` itself. */
export interface ProbeLink {
  readonly from: string;
  readonly to: string;
  readonly writer: CacheClient;
  readonly reader: MemcachePool;
}

/** Measures how long a write takes to be readable in the other region, by writes of its own. */
export class LagProbe {
  longestMs = 0;
  readonly #link: ProbeLink;
  readonly #keys: string[];
  /** When each marker that has not been seen yet was confirmed to its writer. */
  readonly #unseen = new Map<number, number>();
  #lastWritten = 0;

  constructor(link: ProbeLink) {
    this.#link = link;
    this.#keys = Array.from({ length: slots }, (_, slot) => `user:marker:${link.from}:${link.to}:${slot}`);
  }

  /** Writes markers and watches for them until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const stopped = (): void => {};
    const write = async (): Promise<void> => {
      while (!signal.aborted) {
        // A marker that could not be written measures nothing.
        await this.#write().catch(() => {});
        await sleep(writeEveryMs, { signal }).catch(stopped);
      }
    };
    const watch = async (): Promise<void> => {
      while (!signal.aborted) {
        await this.#look().catch(() => {});
        await sleep(readEveryMs, { signal }).catch(stopped);
      }
    };
    await Promise.all([write(), watch()]);
  }

  /**
   * Writes one more marker and resolves when the other region has it: entries arrive in order, so
   * everything written before has arrived too.
   *
   * @throws when that takes longer than `timeoutMs`.
   */
  async settle(timeoutMs: number): Promise<void> {
    const giveUpAt = performance.now() + timeoutMs;
    let marker: number | undefined;
    while (marker === undefined || this.#unseen.has(marker)) {
      if (performance.now() > giveUpAt) {
        const { from, to } = this.#link;
        throw new Error(`${to} did not receive a write from ${from} within ${timeoutMs / 1000} s`);
      }
      // A memcached that was killed a moment ago may still be refused; the next marker goes to another one.
      marker ??= await this.#write().catch(() => undefined);
      await sleep(readEveryMs);
      await this.#look().catch(() => {});
    }
  }

  async #write(): Promise<number> {
    this.#lastWritten += 1;
    const marker = this.#lastWritten;
    const key = this.#keys[marker % slots] ?? '';
    await this.#link.writer.set(key, Buffer.from(String(marker)), 0);
    this.#unseen.set(marker, performance.now());
    return marker;
  }

  async #look(): Promise<void> {
    const items = await this.#link.reader.getMany(this.#keys);
    const seen = Math.max(...items.map((item) => (item === undefined ? 0 : Number(item.value.toString()))));
    const now = performance.now();
    for (const [marker, writtenAt] of this.#unseen) {
      if (marker > seen) continue;
      this.#unseen.delete(marker);
      this.longestMs = Math.max(this.longestMs, now - writtenAt);
    }
  }
}
