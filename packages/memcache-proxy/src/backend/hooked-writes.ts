import { type Clock, describeError, withDeadline } from '@lockstep/core';
import type { Key } from '@lockstep/memcache';

import { publishFailure } from '../failure-channel.ts';
import { KeyedTurns } from './keyed-turns.ts';
import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { toWriteFailure } from './pool-failure.ts';
import type { ProxyWrite, WriteHook } from './write-hook.ts';

/** What the write path needs. */
export interface HookedWritesOptions {
  readonly onWrite: WriteHook | undefined;
  readonly hookTimeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly clock: Clock;
}

/**
 * Carries out writes one at a time per key and tells the hook of each before the next one of that
 * key starts, so that the hook hears of them in memcached's order.
 */
export class HookedWrites {
  readonly #options: HookedWritesOptions;
  readonly #turns: KeyedTurns;

  constructor(options: HookedWritesOptions) {
    this.#options = options;
    this.#turns = new KeyedTurns(options.clock);
  }

  /** Resolves with what `send` resolved with, after the hook took what `toWrite` made of it. */
  async run<T>(key: Key, send: () => Promise<T>, toWrite: (result: T) => ProxyWrite | undefined): Promise<T> {
    try {
      return await this.#run(key, send, toWrite);
    } catch (error) {
      publishFailure({ operation: 'write', error: error as Error });
      throw error;
    }
  }

  async #run<T>(key: Key, send: () => Promise<T>, toWrite: (result: T) => ProxyWrite | undefined): Promise<T> {
    const bytes = typeof key === 'string' ? Buffer.from(key) : key;
    const name = bytes.toString('latin1');
    await this.#turns.enter(name, this.#options.queueTimeoutMs, () => this.#busy());
    let result: T;
    let told: Promise<void> | undefined;
    try {
      result = await send();
      told = this.#tell(toWrite(result));
    } catch (cause) {
      const { error, mayHaveChanged } = toWriteFailure(cause);
      if (mayHaveChanged) told = this.#tell({ kind: 'delete', key: bytes });
      // The turn ends before the hook settles: the next write may start, this client still waits.
      this.#turns.leave(name);
      throw await this.#withHookOutcome(error, told);
    }
    this.#turns.leave(name);
    await told;
    return result;
  }

  #tell(write: ProxyWrite | undefined): Promise<void> | undefined {
    const { onWrite, hookTimeoutMs: ms, clock } = this.#options;
    if (write === undefined || onWrite === undefined) return undefined;
    const onTimeout = (): Error => new Error(`it did not settle within ${ms} ms`);
    // The executor runs now, so the hook is called in this turn; what it throws becomes a rejection.
    const settled = new Promise<void>((resolve) => resolve(onWrite(write)));
    return withDeadline(settled, { ms, clock, onTimeout }).catch((cause: unknown) => {
      const message = `memcached has the write, but the write hook failed: ${describeError(cause)}`;
      throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_HOOK_FAILED', message, { cause });
    });
  }

  async #withHookOutcome(error: MemcacheProxyError, told: Promise<void> | undefined): Promise<MemcacheProxyError> {
    try {
      await told;
      return error;
    } catch (hookError) {
      const cause = new AggregateError([error.cause, hookError], 'the write and its hook failed');
      return new MemcacheProxyError(error.code, `${error.message}; the write hook failed too`, { cause });
    }
  }

  #busy(): MemcacheProxyError {
    const message = `nothing was written: earlier writes to the key took longer than ${this.#options.queueTimeoutMs} ms`;
    return new MemcacheProxyError('ERR_MEMCACHE_PROXY_WRITE_BUSY', message);
  }
}
