import { type Clock, describeError, sleep } from '@lockstep/core';

import type { Operation } from '../operation/operation.ts';
import { VERSION_PARTS } from './version-keys.ts';
import type { VersionOptions } from './version-options.ts';
import type { VersionTable } from './version-table.ts';

/** What it needs. */
export interface SuspectDeletesOptions extends Pick<VersionOptions, 'isUsed'> {
  readonly table: Pick<VersionTable, 'open' | 'suspects' | 'settle'>;
  readonly clock: Clock;
  /** Deletes keys and tells who wants to know. */
  readonly carryOut: (deletes: readonly Operation[]) => Promise<void>;
  /** Whether an error of `carryOut` says that a key can never be deleted. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** How often it is asked whether there are suspects. */
const LOOK_MS = 200;
/** How often the table is begun anew where Redis has lost it: what is written before that is not known to be newer. */
const OPEN_EVERY = 10;

/**
 * Deletes keys that this region and another wrote at the same time: the cache may hold either value, and a look at it
 * would not say which. Every receiver of the region looks after all of them; a delete that is carried out twice, or
 * late, costs a miss.
 */
export class SuspectDeletes {
  readonly #options: SuspectDeletesOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #looks = 0;
  /** Once there was such a key, another process may go by it for longer than this one: it is looked at to the end. */
  #isUsed = false;
  deleted = 0;
  failures = 0;
  lastError: Error | undefined;

  constructor(options: SuspectDeletesOptions) {
    this.#options = options;
  }

  /** Begins to look. Doing it twice does nothing. */
  start(): void {
    if (!this.#stop.signal.aborted) this.#running ??= this.#run();
  }

  /** Stops; what is left is done by another process, or after the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { clock } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#look();
        this.lastError = undefined;
      } catch (error) {
        this.failures += 1;
        this.lastError = error instanceof Error ? error : new Error(describeError(error));
      }
      await sleep(LOOK_MS, { signal, clock }).catch(() => {
        // Aborted: the loop ends by its own condition.
      });
    }
  }

  async #look(): Promise<void> {
    const { table, isUsed } = this.#options;
    this.#isUsed ||= isUsed?.() ?? true;
    if (!this.#isUsed) return;
    if (this.#looks % OPEN_EVERY === 0) await table.open();
    this.#looks += 1;
    const parts = Array.from({ length: VERSION_PARTS }, (_, part) => this.#settlePart(part));
    for (const outcome of await Promise.allSettled(parts)) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #settlePart(part: number): Promise<void> {
    const { table, carryOut, isRefusal } = this.#options;
    const suspects = await table.suspects(part);
    if (suspects.length === 0) return;
    const deletes = suspects.map(({ key }) => ({ kind: 'delete' as const, key }));
    try {
      await carryOut(deletes);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const one of deletes) {
        await carryOut([one]).catch((reason: unknown) => {
          if (!isRefusal(reason)) throw reason;
        });
      }
    }
    await table.settle(part, suspects);
    this.deleted += suspects.length;
  }
}
