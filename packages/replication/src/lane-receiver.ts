import { describeError, withDeadline } from '@lockstep/core';

import { badBatch, type Batch, checkBatch } from './batch.ts';
import { decodeBatchBody } from './batch-body.ts';
import { coalesce } from './coalesce.ts';
import { CursorStore } from './cursor-store.ts';
import { type Hold, Lane } from './lane.ts';
import type { Operation } from './operation.ts';
import { requirePositiveInteger } from './positive-option.ts';
import type { Receiver, ReceiveResult, ReceiverOptions, ReceiverStats } from './receiver.ts';
import { isRegionName, isShard, requireRegionName } from './region-name.ts';
import { ReplicationError } from './replication-error.ts';
import { compareStreamIds, type StreamId } from './stream-id.ts';

/** A receiver with one lane for each source and shard. */
export class LaneReceiver implements Receiver {
  readonly #options: Required<ReceiverOptions>;
  readonly #store: CursorStore;
  readonly #lanes = new Map<string, Lane>();
  readonly #stats = {
    appliedBatches: 0,
    receivedOperations: 0,
    appliedOperations: 0,
    duplicates: 0,
    gaps: 0,
    failures: 0,
  };
  #closing: Promise<void> | undefined;

  constructor(options: Required<ReceiverOptions>) {
    requireRegionName('region', options.region);
    requirePositiveInteger('applyTimeoutMs', options.applyTimeoutMs);
    requirePositiveInteger('timeoutMs', options.timeoutMs);
    this.#options = options;
    this.#store = new CursorStore(options);
  }

  async cursor(source: string, shard: number): Promise<StreamId> {
    this.#admit(source);
    if (!isRegionName(source)) throw badBatch(`the source is ${JSON.stringify(source)}`);
    if (!isShard(shard)) throw badBatch(`the shard is ${shard}`);
    return this.#store.read(source, shard);
  }

  async receive(batch: Batch): Promise<ReceiveResult> {
    this.#admit(batch.source);
    checkBatch(batch);
    const lane = this.#lane(batch);
    const { applyTimeoutMs: ms, clock } = this.#options;
    return lane.enter((hold) => this.#take(lane, batch, hold), { ms, clock, onTimeout: busy });
  }

  stats(): ReceiverStats {
    return { ...this.#stats };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { applyTimeoutMs, timeoutMs, clock } = this.#options;
    const idle = Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
    // What a batch may take: the applier, `onApplied` and three answers of Redis. An applier that does not keep its
    // deadline cannot be stopped from here; its batch is not confirmed and comes again.
    await withDeadline(idle, { ms: 2 * applyTimeoutMs + 3 * timeoutMs, clock, onTimeout: busy }).catch(() => {});
  }

  #admit(source: string): void {
    if (this.#closing !== undefined) throw new ReplicationError('ERR_REPLICATION_CLOSED', 'the receiver is closed');
    if (source !== this.#options.region) return;
    throw new ReplicationError('ERR_REPLICATION_LOOP', `region ${source} must not receive its own journal`);
  }

  #lane({ source, shard }: Batch): Lane {
    const name = `${source}:${shard}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) this.#lanes.set(name, (lane = new Lane()));
    return lane;
  }

  async #take(lane: Lane, batch: Batch, hold: Hold): Promise<ReceiveResult> {
    const { source, shard, prev, last } = batch;
    const remembered = lane.cursor;
    let cursor = remembered ?? (await this.#store.read(source, shard));
    // Another receiver may have moved on since this one last looked.
    if (remembered !== undefined && prev !== cursor) cursor = await this.#store.read(source, shard);
    lane.cursor = cursor;
    if (compareStreamIds(last, cursor) <= 0) {
      this.#stats.duplicates += 1;
      return { kind: 'duplicate', cursor };
    }
    if (prev !== cursor) return this.#gap(cursor);

    const received = decodeBatchBody(batch.body).flatMap((block) => block.operations);
    // Until the commit is known to have succeeded, only Redis knows where the lane stands.
    lane.cursor = undefined;
    let committed: StreamId;
    try {
      await this.#apply(coalesce(received), hold);
      committed = await this.#store.commit(source, shard, { prev, last });
    } catch (error) {
      this.#stats.failures += 1;
      throw error;
    }
    lane.cursor = committed;
    if (committed !== last) return this.#gap(committed);
    this.#stats.appliedBatches += 1;
    this.#stats.receivedOperations += received.length;
    return { kind: 'applied', cursor: committed };
  }

  async #apply(operations: readonly Operation[], hold: Hold): Promise<void> {
    const { applier, applyTimeoutMs: ms, onApplied, clock } = this.#options;
    const late = (what: string) => (): Error => new Error(`${what} took more than ${ms} ms`);
    try {
      const applied = hold(applier.applyBatch(operations, { timeoutMs: ms }));
      await withDeadline(applied, { ms, clock, onTimeout: late('the applier') });
      const told = hold(Promise.resolve(onApplied(operations)));
      await withDeadline(told, { ms, clock, onTimeout: late('onApplied') });
    } catch (error) {
      const message = `the batch was not applied: ${describeError(error)}`;
      throw new ReplicationError('ERR_REPLICATION_APPLY_FAILED', message, { cause: error });
    }
    this.#stats.appliedOperations += operations.length;
  }

  #gap(cursor: StreamId): ReceiveResult {
    this.#stats.gaps += 1;
    return { kind: 'gap', cursor };
  }
}

function busy(): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_BUSY', 'the batch before this one is still being applied');
}
