import { randomUUID } from 'node:crypto';

import { sleep, withDeadline } from '@lockstep/core';

import { badBatch, type Batch, checkBatch } from '../transport/batch.ts';
import { BatchApplier } from './batch-applier.ts';
import { BatchPlanner, type PlannedBatch } from './batch-planner.ts';
import { ConflictFinder } from '../conflicts/conflict-finder.ts';
import { createDeadLetters } from './dead-letters.ts';
import { type Hold, Lane } from './lane.ts';
import { LaneLease } from './lane-lease.ts';
import { LaneStore } from './lane-store.ts';
import { LateWrites } from './late-writes.ts';
import type { Operation } from '../operation/operation.ts';
import { unpackWrites } from '../operation/packed-writes.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import type { CheckedReceiverOptions, Receiver, ReceiveResult, ReceiverStats } from './receiver.ts';
import { isRegionName, isShard, requireRegionName } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';
import { compareStreamIds, type StreamId } from '../operation/stream-id.ts';
import type { LanePosition } from '../transport/transport.ts';
import { VersionGuard } from '../versions/version-guard.ts';

/** Not yet: the cursor is not where the batch begins, or another process holds the lane. */
type Wait =
  | { readonly kind: 'wait'; readonly cursor: StreamId }
  | { readonly kind: 'wait'; readonly cursor?: never; readonly ms: number };

/** Most sources and shards: whoever may write could name any number of them. */
const MAX_LANES = 65_536;
/** How often the first batch of a lane asks whether another process has moved the cursor. */
const ASK_MS = 25;
/** How often the others do, should the first one have gone. */
const SELDOM_ASK_MS = 250;

/** A receiver with one lane for each source and shard. */
export class LaneReceiver implements Receiver {
  readonly #options: CheckedReceiverOptions;
  readonly #store: LaneStore;
  readonly #applier: BatchApplier;
  readonly #conflicts: ConflictFinder | undefined;
  readonly #versions: VersionGuard | undefined;
  readonly #planner: BatchPlanner;
  readonly #lateWrites: LateWrites;
  readonly #lanes = new Map<string, Lane>();
  readonly #holder = randomUUID();
  readonly #stats = { appliedBatches: 0, receivedOperations: 0, duplicates: 0, gaps: 0, failures: 0 };
  #waitingBytes = 0;
  #closing: Promise<void> | undefined;

  constructor(options: CheckedReceiverOptions) {
    requireRegionName('region', options.region);
    for (const name of [
      'applyTimeoutMs',
      'timeoutMs',
      'turnTimeoutMs',
      'leaseMs',
      'maxWaitingBytes',
      'clearTimeoutMs',
    ] as const)
      requirePositiveInteger(name, options[name]);
    this.#options = options;
    this.#store = new LaneStore(options);
    this.#applier = new BatchApplier({ ...options, deadLetters: createDeadLetters(options) });
    const { conflicts, versions, applier } = options;
    this.#conflicts = conflicts === undefined ? undefined : new ConflictFinder({ ...options, ...conflicts });
    this.#versions =
      versions === undefined
        ? undefined
        : new VersionGuard({
            ...options,
            ...versions,
            // A lane is not held by these: a delete does no harm, whenever it comes.
            carryOut: (deletes) => this.#applier.forget(deletes, (work) => work),
            isRefusal: (error) => applier.isRefusal?.(error instanceof Error ? error.cause : error) === true,
          });
    this.#planner = new BatchPlanner({ conflicts: this.#conflicts, versions: this.#versions });
    this.#lateWrites = new LateWrites({
      forget: (operations) => this.#applier.forgetAll(operations),
      onFailure: () => (this.#stats.failures += 1),
      clock: options.clock,
    });
  }

  start(): void {
    this.#applier.start();
    this.#versions?.start();
  }

  async cursor(source: string, shard: number): Promise<StreamId> {
    return (await this.position(source, shard)).cursor;
  }

  async position(source: string, shard: number): Promise<LanePosition> {
    this.#admit(source);
    if (!isRegionName(source)) throw badBatch(`the source is ${JSON.stringify(source)}`);
    if (!isShard(shard)) throw badBatch(`the shard is ${shard}`);
    return this.#store.read({ source, shard });
  }

  async receive(batch: Batch): Promise<ReceiveResult> {
    this.#admit(batch.source);
    checkBatch(batch);
    this.start();
    const bytes = batch.body.length;
    const { maxWaitingBytes } = this.#options;
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > maxWaitingBytes) {
      throw busy(`batches of ${maxWaitingBytes} bytes wait already`);
    }
    this.#waitingBytes += bytes;
    try {
      return await this.#inTurn(this.#lane(batch), batch);
    } finally {
      this.#waitingBytes -= bytes;
    }
  }

  stats(): ReceiverStats {
    const { conflicts = 0, unknown: unknownConflicts = 0 } = this.#conflicts ?? {};
    const { older: olderVersions = 0, unknown: unknownVersions = 0, suspects = 0 } = this.#versions ?? {};
    const counts = { conflicts, unknownConflicts, olderVersions, unknownVersions, suspects };
    const takeovers = this.#lateWrites.takenBack;
    return { ...this.#stats, takeovers, ...this.#applier.counts(), ...counts };
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
    this.#lateWrites.close();
    const idle = Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
    // What a batch may take: the applier, `onApplied` and four answers of Redis. An applier that does not keep its
    // deadline cannot be stopped from here; its batch is not confirmed and comes again.
    const ms = 2 * applyTimeoutMs + 4 * timeoutMs;
    await withDeadline(idle, { ms, clock, onTimeout: () => busy('closing') }).catch(() => {});
    await this.#applier.close();
    await this.#versions?.close();
    this.#conflicts?.close();
  }

  #admit(source: string): void {
    if (this.#closing !== undefined) throw new ReplicationError('ERR_REPLICATION_CLOSED', 'the receiver is closed');
    if (source !== this.#options.region) return;
    throw new ReplicationError('ERR_REPLICATION_LOOP', `region ${source} must not receive its own journal`);
  }

  #lane({ source, shard }: Batch): Lane {
    const name = `${source}:${shard}`;
    let lane = this.#lanes.get(name);
    if (lane !== undefined) return lane;
    if (this.#lanes.size >= MAX_LANES) throw badBatch(`there are ${MAX_LANES} sources and shards already`);
    lane = new Lane();
    this.#lanes.set(name, lane);
    return lane;
  }

  async #inTurn(lane: Lane, batch: Batch): Promise<ReceiveResult> {
    const { applyTimeoutMs, turnTimeoutMs, clock } = this.#options;
    const deadline = clock.monotonic() + turnTimeoutMs;
    const options = { ms: applyTimeoutMs, clock, onTimeout: () => busy('the batch before is still being applied') };
    for (let isDue = false; ; isDue = lane.isFirst(batch.prev)) {
      const mayAsk = isDue;
      const outcome = await lane.enter((hold) => this.#take(lane, batch, { hold, mayAsk }), options);
      if (outcome.kind !== 'wait') return outcome;
      const left = deadline - clock.monotonic();
      if (left <= 0) {
        if (outcome.cursor !== undefined) return this.#gap({ cursor: outcome.cursor });
        throw busy('another process is applying a batch');
      }
      if (this.#closing !== undefined) throw new ReplicationError('ERR_REPLICATION_CLOSED', 'the receiver is closed');
      if (outcome.cursor === undefined) await sleep(Math.min(left, outcome.ms, ASK_MS), { clock });
      else
        await lane.turn(batch.prev, { ms: Math.min(left, lane.isFirst(batch.prev) ? ASK_MS : SELDOM_ASK_MS), clock });
    }
  }

  async #take(lane: Lane, batch: Batch, turn: { hold: Hold; mayAsk: boolean }): Promise<ReceiveResult | Wait> {
    const { prev, last } = batch;
    const hint = lane.cursor;
    if (!turn.mayAsk && hint !== undefined && compareStreamIds(prev, hint) > 0) {
      return { kind: 'wait', cursor: hint };
    }
    const { leaseMs, clock } = this.#options;
    const askedAt = clock.monotonic();
    const outcome = await this.#store.begin(batch, this.#holder, batch);
    if (outcome.kind === 'held') return { kind: 'wait', ms: outcome.leftMs };
    if (outcome.kind === 'short') return this.#gap(outcome);
    if (outcome.kind === 'elsewhere') {
      const { cursor } = outcome;
      lane.cursor = cursor;
      if (compareStreamIds(last, cursor) <= 0) {
        this.#stats.duplicates += 1;
        return { kind: 'duplicate', cursor };
      }
      if (compareStreamIds(prev, cursor) < 0) return this.#gap(outcome);
      return { kind: 'wait', cursor };
    }
    const { source, shard } = batch;
    const lease = new LaneLease({
      store: this.#store,
      lane: { source, shard },
      holder: this.#holder,
      token: outcome.token,
      leaseMs,
      clock,
      askedAt,
    });
    // Until the commit is known to have succeeded, only Redis knows where the lane stands.
    lane.cursor = undefined;
    return this.#apply(lane, batch, { lease, token: outcome.token, hold: turn.hold });
  }

  async #apply(
    lane: Lane,
    batch: Batch,
    { lease, token, hold }: { lease: LaneLease; token: number; hold: Hold },
  ): Promise<ReceiveResult> {
    const { source, shard, prev, last } = batch;
    const work: Promise<unknown>[] = [];
    let written: () => readonly Operation[] = () => [];
    try {
      const planned = await this.#planner.plan(batch);
      written = () => [...planned.operations, ...(planned.packed === undefined ? [] : unpackWrites(planned.packed))];
      if (!lease.isValid) throw busy('the lease ended before anything was applied');
      await this.#applier.apply({ source, shard, prev }, planned, (promise) => {
        work.push(promise);
        return hold(promise);
      });
      await this.#forgetOvertaken(batch, planned, hold);
      const { isCommitted, cursor } = await this.#store.commit(batch, this.#holder, { token, prev, last });
      lease.stop();
      lane.cursor = cursor;
      if (!isCommitted) {
        const ms = this.#options.applyTimeoutMs;
        // The lane waits until it is done, the sender no longer than for any batch.
        const given = hold(this.#lateWrites.takeBack(written));
        await withDeadline(given, { ms, clock: this.#options.clock, onTimeout: () => busy('late') }).catch(() => {});
        return this.#gap({ cursor });
      }
      this.#stats.appliedBatches += 1;
      this.#stats.receivedOperations += planned.received;
      return { kind: 'applied', cursor };
    } catch (error) {
      this.#stats.failures += 1;
      void hold(this.#letGo(lease, { work, written }));
      throw error;
    }
  }

  /** Deletes what was stored, and is not the newest version of its key any more, or may not be. */
  async #forgetOvertaken(batch: Batch, { stores, overtakable }: PlannedBatch, hold: Hold): Promise<void> {
    const overtaken = [
      ...((await this.#versions?.overtaken(stores)) ?? []),
      ...((await this.#conflicts?.overtaken(batch, overtakable)) ?? []),
    ];
    if (overtaken.length > 0) await this.#applier.forget(overtaken, hold);
  }

  /**
   * Lets a lane go whose batch may not have been committed, when what is still under way has settled. Where another batch
   * may have been begun before that, what was written may be older than what came after it, and goes. Never rejects.
   */
  async #letGo(
    lease: LaneLease,
    { work, written }: { work: readonly Promise<unknown>[]; written: () => readonly Operation[] },
  ): Promise<void> {
    await Promise.allSettled(work);
    // Where it fails the lease ends by itself, and the batch comes again.
    const isNewest = await lease.release(() => (this.#stats.failures += 1));
    if (!isNewest && work.length > 0) await this.#lateWrites.takeBack(written);
  }

  #gap({ cursor, through }: LanePosition): ReceiveResult {
    this.#stats.gaps += 1;
    return { kind: 'gap', cursor, ...(through === undefined ? {} : { through }) };
  }
}

function busy(reason: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_BUSY', `the batch cannot be taken now: ${reason}`);
}
