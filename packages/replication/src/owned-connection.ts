import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';

import { type Clock, type RedisClient, type RedisConnection, withDeadline } from '@lockstep/core';

import { ReplicationError } from './replication-error.ts';

/** What an owned connection needs. */
export interface OwnedConnectionOptions {
  /** Yours; it is only asked for duplicates. */
  readonly client: RedisClient;
  readonly clock: Clock;
}

/**
 * A duplicate of a client that is dropped as soon as a command on it fails or is late, and made anew
 * for the next command.
 *
 * Dropping it matters: a command that waits inside a client's queue cannot be taken back, so retries
 * on one connection would pile up there, and a connection whose other end is gone would be waited
 * for until TCP gives up.
 */
export class OwnedConnection implements AsyncDisposable {
  readonly #client: RedisClient;
  readonly #clock: Clock;
  #connection: RedisConnection | undefined;
  readonly #stop = new AbortController();

  constructor(options: OwnedConnectionOptions) {
    this.#client = options.client;
    this.#clock = options.clock;
    // One for each command in flight.
    setMaxListeners(0, this.#stop.signal);
  }

  /**
   * Runs one command, or several that belong together.
   *
   * @throws ReplicationError `ERR_REPLICATION_REDIS` when it fails or takes more than `timeoutMs`, with the reason
   * as `cause`; `ERR_REPLICATION_CLOSED` after `close()`. The command may still have been carried out.
   */
  async run<T>(command: (connection: RedisClient) => Promise<T>, timeoutMs: number): Promise<T> {
    const { signal } = this.#stop;
    if (signal.aborted) throw signal.reason;
    const connection = (this.#connection ??= this.#connect());
    gatherWrites(connection);
    try {
      return await withDeadline(command(connection), {
        ms: timeoutMs,
        clock: this.#clock,
        // A client that is disconnected while it waits to reconnect leaves its commands unsettled.
        signal,
        onTimeout: () => new Error(`no answer within ${timeoutMs} ms`),
      });
    } catch (error) {
      // What a command finds wrong by itself says nothing about the connection.
      if (error instanceof ReplicationError && !signal.aborted) throw error;
      this.#drop(connection);
      throw signal.aborted ? signal.reason : redisFailed(error);
    }
  }

  /** Drops the connection. A command in flight rejects. */
  close(): void {
    this.#stop.abort(closed());
    if (this.#connection !== undefined) this.#drop(this.#connection);
  }

  // oxlint-disable-next-line require-await -- an AsyncDisposable must give a promise; there is nothing to wait for
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #connect(): RedisConnection {
    const connection = this.#client.duplicate();
    // Each command carries its own failure; an `error` event without a listener would end the process.
    connection.on('error', () => {});
    return connection;
  }

  #drop(connection: RedisConnection): void {
    // Of several commands that failed together the first has dropped it.
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    connection.disconnect();
  }
}

/**
 * Has the commands of one turn go out in one write: a write wakes Redis up, which costs more than a command. Clients of
 * one server have a socket to do it with; of those that have none, such as a Cluster, each command goes out by itself.
 */
function gatherWrites(connection: RedisConnection): void {
  const { stream } = connection as { readonly stream?: Partial<Pick<Socket, 'cork' | 'uncork'>> };
  if (typeof stream?.cork !== 'function' || typeof stream.uncork !== 'function') return;
  stream.cork();
  // Behind all that was resumed together with this one.
  process.nextTick(() => stream.uncork?.());
}

/** Wraps whatever a Redis client threw. */
export function redisFailed(cause: unknown): ReplicationError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ReplicationError('ERR_REPLICATION_REDIS', `Redis failed: ${reason}`, { cause });
}

function closed(): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_CLOSED', 'the connection is closed');
}
