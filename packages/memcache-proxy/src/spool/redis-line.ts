import { setMaxListeners } from 'node:events';

import { type Clock, type RedisClient, type RedisConnection, withDeadline } from '@lockstep/core';

import { MemcacheProxyError } from '../memcache-proxy-error.ts';

/** What a line needs. */
export interface RedisLineOptions {
  /** Yours; it is only asked for duplicates. */
  readonly client: RedisClient;
  /** What one command may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * The spool's own connection. It is dropped when a command fails or is late, and made anew for the next one: a
 * command that waits in a client's queue cannot be taken back, and would hold its entries for as long.
 */
export class RedisLine {
  readonly #options: RedisLineOptions;
  readonly #stop = new AbortController();
  #connection: RedisConnection | undefined;

  constructor(options: RedisLineOptions) {
    this.#options = options;
    // Every command under way listens to it, and Node would warn of a leak.
    setMaxListeners(0, this.#stop.signal);
  }

  /**
   * Runs a command. @throws what the client does, an Error when it takes too long, ERR_MEMCACHE_PROXY_CLOSED
   * after `close()`; it may have been carried out in every case.
   */
  async run<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const { timeoutMs: ms, clock } = this.#options;
    const connection = (this.#connection ??= this.#connect());
    const onTimeout = (): Error => new Error(`Redis did not answer within ${ms} ms`);
    try {
      return await withDeadline(command(connection), { ms, signal, clock, onTimeout });
    } catch (error) {
      this.#drop(connection);
      throw error;
    }
  }

  /** Drops the connection; commands under way reject. Idempotent. */
  close(): void {
    this.#stop.abort(new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLOSED', 'the spool is closed'));
    if (this.#connection !== undefined) this.#drop(this.#connection);
  }

  #connect(): RedisConnection {
    const connection = this.#options.client.duplicate();
    // Each command carries its own failure; an `error` event without a listener would end the process.
    connection.on('error', () => {});
    return connection;
  }

  #drop(connection: RedisConnection): void {
    // Every command under way comes here, and each further call would listen to the socket once more.
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    connection.disconnect();
  }
}
