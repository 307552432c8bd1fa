import { type Clock, type RedisClient, withDeadline } from '@lockstep/core';

import { COMMIT_CURSOR } from './lua/commit-cursor.ts';
import { redisFailed } from './owned-connection.ts';
import { isStreamId, STREAM_START, type StreamId } from './stream-id.ts';

/** What a store of cursors needs. */
export interface CursorStoreOptions {
  readonly client: RedisClient;
  readonly region: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** The cursors of one region's receivers, in that region's Redis. One hash, a field for each source and shard. */
export class CursorStore {
  readonly #options: CursorStoreOptions;
  readonly #key: string;

  constructor(options: CursorStoreOptions) {
    this.#options = options;
    this.#key = `{lockstep:replication:${options.region}}:cursors`;
  }

  /** Reads a cursor, `0-0` when there is none. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  async read(source: string, shard: number): Promise<StreamId> {
    const field = fieldOf(source, shard);
    return asCursor((await this.#run(this.#options.client.call('HGET', this.#key, field))) ?? STREAM_START);
  }

  /**
   * Moves a cursor from `prev` to `last` unless it is elsewhere, and gives the cursor after that:
   * `last` when it was moved, now or by an earlier copy of this call.
   *
   * @throws ReplicationError `ERR_REPLICATION_REDIS`; the move may have been made.
   */
  async commit(source: string, shard: number, move: { prev: StreamId; last: StreamId }): Promise<StreamId> {
    const args = [fieldOf(source, shard), move.prev, move.last];
    return asCursor(await this.#run(COMMIT_CURSOR.run(this.#options.client, [this.#key], args)));
  }

  async #run<T>(reply: Promise<T>): Promise<T> {
    const { timeoutMs, clock } = this.#options;
    const onTimeout = (): Error => new Error(`no answer within ${timeoutMs} ms`);
    try {
      return await withDeadline(reply, { ms: timeoutMs, clock, onTimeout });
    } catch (error) {
      throw redisFailed(error);
    }
  }
}

function fieldOf(source: string, shard: number): string {
  return `${source}:${shard}`;
}

function asCursor(reply: unknown): StreamId {
  if (typeof reply === 'string' && isStreamId(reply)) return reply;
  throw redisFailed(new Error(`the stored cursor is ${JSON.stringify(reply)}, not a stream id`));
}
