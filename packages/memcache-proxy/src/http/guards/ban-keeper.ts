import { type Clock, sleep, systemClock, withDeadline } from '@lockstep/core';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import type { AddressLists, AddressRulesSnapshot } from './address-lists.ts';
import type { BanStore, StoredBans } from './ban-store.ts';

/** How the lists of the admin routes are kept in step with their store. */
export interface BanKeeperOptions {
  readonly lists: AddressLists;
  /** You own it. */
  readonly store: BanStore;
  /** How often the store is asked for changes of others, in milliseconds. */
  readonly pollMs: number;
  /** How long one call of the store may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Hears of each read that failed. */
  readonly onFailure: (error: Error) => void;
  readonly clock?: Clock;
}

/** What a change makes of the stored lists; undefined leaves them. */
export type ChangeBans = (lists: AddressRulesSnapshot, version: string | undefined) => AddressRulesSnapshot | undefined;

/** How often a change is tried again when another writer was first. */
const MAX_TRIES = 5;

/**
 * Brings what the store has into force, and the changes of this process into the store. A store that
 * cannot be read, has something unreadable, or lost everything lifts no ban: what is known stays in
 * force until the store says something else.
 */
export class BanKeeper implements AsyncDisposable {
  readonly #options: BanKeeperOptions;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #version: string | undefined;
  #polling: Promise<void> | undefined;
  /** Reads and changes take turns: a slow read must not put back what a change has replaced. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: BanKeeperOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The version in force; undefined while nothing was stored. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Reads the store once and then starts to poll. Does not reject when the store is away. */
  async start(): Promise<void> {
    await this.#inTurn(() => this.#refresh());
    this.#polling ??= this.#poll();
  }

  /**
   * Changes what is stored; in force here when it resolves, elsewhere after their next poll.
   *
   * @param change gets the lists as they are stored now, and answers what they should be; undefined to
   * leave them. It may run again when another writer was first, and what it throws is passed on.
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAN_STORE_FAILED: nothing is in force that was not before,
   * but the store may have taken the change.
   */
  change(change: ChangeBans): Promise<void> {
    return this.#inTurn(() => this.#change(change));
  }

  async close(): Promise<void> {
    this.#closing.abort(new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLOSED', 'the guards are closed'));
    await this.#polling;
    await this.#turn;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #change(change: ChangeBans): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const stored = await this.#attempt((signal) => this.#options.store.load(undefined, { signal }));
      if (stored === 'unchanged') throw failed('the ban store answered "unchanged" to a first load');
      if (stored !== undefined) this.#adopt(stored);
      const next = change(this.#options.lists.entries('stored'), this.#version);
      if (next === undefined) return;
      const saved = await this.#attempt((signal) => this.#options.store.save(next, stored?.version, { signal }));
      if (saved !== undefined) return this.#adopt(saved);
    }
    throw failed('other writers were first each time');
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work);
    this.#turn = result.then(undefined, () => undefined);
    return result;
  }

  async #poll(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      try {
        await sleep(this.#options.pollMs, { signal, clock: this.#clock });
      } catch {
        // Closed.
        return;
      }
      await this.#inTurn(() => this.#refresh());
    }
  }

  async #refresh(): Promise<void> {
    try {
      const stored = await this.#call((signal) => this.#options.store.load(this.#version, { signal }));
      if (stored === 'unchanged') return;
      if (stored !== undefined) this.#adopt(stored);
      else if (this.#version !== undefined)
        throw new TypeError('the ban store has lost what it had; the bans stay in force');
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#options.onFailure(error as Error);
    }
  }

  #adopt(stored: StoredBans): void {
    this.#options.lists.replace('stored', stored);
    this.#version = stored.version;
  }

  async #attempt<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await this.#call(call);
    } catch (error) {
      throw failed((error as Error).message, error);
    }
  }

  async #call<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs } = this.#options;
    const gaveUp = new AbortController();
    const { signal } = this.#closing;
    const onTimeout = (): Error => new Error(`the ban store did not answer within ${timeoutMs} ms`);
    try {
      return await withDeadline(call(gaveUp.signal), { ms: timeoutMs, signal, onTimeout, clock: this.#clock });
    } finally {
      gaveUp.abort();
    }
  }
}

function failed(reason: string, cause?: unknown): MemcacheProxyError {
  const message = `the bans were not changed: ${reason}`;
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAN_STORE_FAILED', message, { cause });
}
