import { type Clock, type RedisClient, type RedisScript, withDeadline } from '@lockstep/core';

import { BEGIN_BATCH } from '../lua/begin-batch.ts';
import { COMMIT_BATCH } from '../lua/commit-batch.ts';
import { RELEASE_LANE } from '../lua/release-lane.ts';
import { RENEW_LANE } from '../lua/renew-lane.ts';
import { redisFailed } from '../owned-connection.ts';
import { laneKeys, type LaneName } from '../operation/lane-keys.ts';
import { isStreamId, STREAM_START, type StreamId } from '../operation/stream-id.ts';
import type { LanePosition } from '../transport/transport.ts';

/** What a store of lanes needs. */
export interface LaneStoreOptions {
  readonly client: RedisClient;
  readonly region: string;
  readonly timeoutMs: number;
  /** How long a lane stays taken when its holder dies. */
  readonly leaseMs: number;
  readonly clock: Clock;
}

/** What became of the wish to apply a batch. */
export type BeginOutcome =
  | { readonly kind: 'begun'; readonly token: number }
  /** The cursor is not where the batch begins, or the batch is shorter than one that was begun there before. */
  | ({ readonly kind: 'elsewhere' } & LanePosition)
  | ({ readonly kind: 'short' } & LanePosition)
  /** Another process is applying a batch; its lease ends in `leftMs` at the latest. */
  | { readonly kind: 'held'; readonly leftMs: number };

/**
 * How long a batch that was begun and not committed keeps shorter ones away. Its sender knows its length; should
 * nobody know it any more, a shorter one is let in then.
 */
const INTENT_MS = 15_000;

/** Cursors, leases and intents of one region's lanes, in that region's Redis: what its receivers share. */
export class LaneStore {
  readonly #options: LaneStoreOptions;

  constructor(options: LaneStoreOptions) {
    this.#options = options;
  }

  /** Where a lane stands. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  async read(lane: LaneName): Promise<LanePosition> {
    const { client } = this.#options;
    const [state, , intent] = this.#keys(lane);
    const [cursor, through] = await this.#run(
      Promise.all([client.call('HGET', state, 'cursor'), client.call('GET', intent)]),
    );
    return position(cursor ?? STREAM_START, through ?? '');
  }

  /** Takes the lane for a batch, when it is its turn. @throws ReplicationError `ERR_REPLICATION_REDIS`; it may be taken then. */
  async begin(lane: LaneName, holder: string, batch: { prev: StreamId; last: StreamId }): Promise<BeginOutcome> {
    const args = [holder, batch.prev, batch.last, this.#options.leaseMs, INTENT_MS];
    const [kind, cursor, through, number] = await this.#script(BEGIN_BATCH, this.#keys(lane), args);
    if (kind === 'begun') return { kind, token: Number(number) };
    if (kind === 'held') return { kind, leftMs: Number(number) };
    return { kind: kind === 'short' ? kind : 'elsewhere', ...position(cursor, through) };
  }

  /** Whether the lane is still held, and now for longer. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  async renew(lane: LaneName, holder: string): Promise<boolean> {
    const reply = RENEW_LANE.run(this.#options.client, [this.#keys(lane)[1]], [holder, this.#options.leaseMs]);
    return Number(await this.#run(reply)) === 1;
  }

  /**
   * Moves the cursor, unless another has begun a batch since `token` was given out, and lets the lane go.
   *
   * @throws ReplicationError `ERR_REPLICATION_REDIS`; the move may have been made.
   */
  async commit(
    lane: LaneName,
    holder: string,
    move: { token: number; prev: StreamId; last: StreamId },
  ): Promise<{ readonly isCommitted: boolean; readonly cursor: StreamId }> {
    const args = [holder, move.token, move.prev, move.last];
    const [kind, cursor] = await this.#script(COMMIT_BATCH, this.#keys(lane), args);
    return { isCommitted: kind === 'committed', cursor: asCursor(cursor) };
  }

  /**
   * Lets the lane go. Gives false when another batch may have been begun since `token` was given out.
   *
   * @throws ReplicationError `ERR_REPLICATION_REDIS`; the lease ends by itself.
   */
  async release(lane: LaneName, holder: string, token: number): Promise<boolean> {
    const [state, taken] = this.#keys(lane);
    return Number(await this.#run(RELEASE_LANE.run(this.#options.client, [state, taken], [holder, token]))) === 1;
  }

  #keys(lane: LaneName): [string, string, string] {
    return laneKeys(this.#options.region, lane);
  }

  async #script(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown[]> {
    const reply = await this.#run(script.run(this.#options.client, keys, args));
    if (Array.isArray(reply)) return reply as unknown[];
    throw redisFailed(new Error('the answer about a lane is malformed'));
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

function position(cursor: unknown, through: unknown): LanePosition {
  const isBegun = typeof through === 'string' && isStreamId(through);
  return { cursor: asCursor(cursor), ...(isBegun ? { through } : {}) };
}

function asCursor(reply: unknown): StreamId {
  if (typeof reply === 'string' && isStreamId(reply)) return reply;
  throw redisFailed(new Error(`the stored cursor is ${JSON.stringify(reply)}, not a stream id`));
}
