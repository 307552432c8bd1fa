import { sleep } from '@lockstep/core';
import { Pool } from 'undici';

import { host, type RegionLayout } from '../world/layout.ts';
import { cities, type Coupon } from './coupon.ts';
import { inspectAnswer } from './inspect-answer.ts';

const everyMs = 100;
const atOnce = 4;
const timeoutMs = 3000;
/** Where a proxy stands still, no more wait for it. */
const maxWaiting = 40;

/** What the readers of one region have seen in all answers. */
export interface ReaderFaults {
  /** Rows that were twice in a list. */
  readonly duplicates: number;
  /** Lists with rows of different moments. */
  readonly torn: number;
}

/** Those who want coupons, in every region. */
export interface Readers extends AsyncDisposable {
  faultsOf(region: string): ReaderFaults;
}

/**
 * Asks the proxy of every region for the coupons of a city, four requests at once every 100 ms, until it is closed.
 *
 * @param served they begin when this resolves
 */
export function startReaders(
  regions: readonly Pick<RegionLayout, 'name' | 'proxyHttp'>[],
  served: Promise<void>,
): Readers {
  const closing = new AbortController();
  const readers = regions.map(({ name, proxyHttp }) => new RegionReader(name, proxyHttp, served, closing.signal));
  return {
    faultsOf: (region) => readers.find(({ name }) => name === region)?.faults ?? { duplicates: 0, torn: 0 },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all(readers.map((reader) => reader.ended));
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

class RegionReader {
  readonly name: string;
  readonly faults: { duplicates: number; torn: number } = { duplicates: 0, torn: 0 };
  readonly ended: Promise<void>;
  readonly #pool: Pool;

  constructor(name: string, port: number, served: Promise<void>, signal: AbortSignal) {
    this.name = name;
    this.#pool = new Pool(`http://${host}:${port}`, { headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
    this.ended = this.#run(served, signal);
  }

  async #run(served: Promise<void>, signal: AbortSignal): Promise<void> {
    await Promise.race([served, aborted(signal)]);
    const waiting = new Set<Promise<void>>();
    for (let turn = 0; !signal.aborted; turn += 1) {
      const city = cities[turn % cities.length]!;
      for (let at = 0; at < atOnce && waiting.size < maxWaiting; at += 1) {
        const reading = this.#read(city).finally(() => waiting.delete(reading));
        waiting.add(reading);
      }
      // The signal is how this loop is meant to end.
      await sleep(everyMs, { signal }).catch(() => {});
    }
    await this.#pool.destroy();
    await Promise.all(waiting);
  }

  async #read(city: string): Promise<void> {
    try {
      const { statusCode, body } = await this.#pool.request({ method: 'GET', path: `/coupons?city=${city}` });
      if (statusCode !== 200) return await body.dump();
      const { duplicates, isTorn } = inspectAnswer((await body.json()) as Coupon[]);
      this.faults.duplicates += duplicates;
      this.faults.torn += Number(isTorn);
    } catch {
      // The proxy counts what it failed; one that is down is shown as down.
    }
  }
}
