import { type Backoff, createBackoff, sleep, type Timer, withDeadline } from '@lockstep/core';

import { BlockAppender, type BlockAppenderOptions } from './block-appender.ts';
import type { JournalTier } from './journal-tier.ts';
import type { Operation } from '../operation/operation.ts';
import { OperationQueue, type QueueMeter } from './operation-queue.ts';
import { redisFailed } from '../owned-connection.ts';
import { asPackedDeletes } from '../block/packed-delete.ts';
import { ReplicationError } from '../replication-error.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';

/** What the journal of one shard needs. */
export interface ShardJournalOptions extends BlockAppenderOptions {
  readonly maxBlockOperations: number;
  readonly meter: QueueMeter;
  /** Learns where the keys of this shard are written, now that it is sealed. What it gives moves a queue there at once. */
  readonly findSuccessor: () => Promise<(queue: Pick<OperationQueue, 'moveTo'>) => void>;
  /** The version vector of an operation that was appended at a monotonic moment. */
  readonly seenBy?: ((moment: number) => SeenCursors) | undefined;
}

/** A block is closed at this size even when it could take more operations; one larger operation is a block alone. */
const MAX_BLOCK_BYTES = 256 * 1024;
const MAX_RETRY_DELAY_MS = 1000;
/** An idle producer asks this often whether Redis still knows its newest blocks. */
const CHECK_MS = 1000;

/** A journal of one shard: at most one block is on its way at any moment, so a copy of a block is always recognised. */
export class ShardJournal {
  readonly #options: ShardJournalOptions;
  readonly #appender: BlockAppender;
  readonly #queue: OperationQueue;
  readonly #backoff: Backoff = createBackoff({ maxMs: MAX_RETRY_DELAY_MS });
  readonly #stop = new AbortController();
  #draining: Promise<void> | undefined;
  #checkTimer: Timer | undefined;
  #checkIsDue = false;
  #tier: JournalTier = 'log';
  appendedOperations = 0;
  appendedBlocks = 0;
  failedAttempts = 0;
  lastError: Error | undefined;

  constructor(options: ShardJournalOptions) {
    this.#options = options;
    this.#appender = new BlockAppender(options);
    this.#queue = new OperationQueue({
      ...options,
      maxBlockBytes: MAX_BLOCK_BYTES,
      onTimeout: () => notConfirmed(options.timeoutMs, this.lastError),
    });
  }

  get queue(): Pick<OperationQueue, 'length'> {
    return this.#queue;
  }

  get tier(): JournalTier {
    return this.#tier;
  }

  get blocks(): Pick<BlockAppender, 'lostBlocks' | 'restoredBlocks'> {
    return this.#appender;
  }

  /** Appends an operation that was checked, of so many bytes when packed, and that came at that monotonic moment. Resolves when Redis has it. */
  append(operation: Operation, packedBytes: number, at?: number): Promise<void> {
    const appended = this.#queue.push(operation, packedBytes, at);
    this.#draining ??= this.#drain();
    return appended;
  }

  /** Waits until the queue is empty, or so many milliseconds have passed, and stops. Call `end` after it. */
  async drain(ms: number): Promise<void> {
    const { clock } = this.#options;
    try {
      const drained = this.#draining ?? Promise.resolve();
      await withDeadline(drained, { ms, clock, onTimeout: journalClosed });
    } catch {
      // The deadline passed, and whoever waits for what is left hears of it from `end`.
    }
    this.#checkTimer?.cancel();
    this.#stop.abort(journalClosed());
  }

  /** Drops what is left and tells whoever waits for it. */
  async end(): Promise<void> {
    // It may have been learned of too late to be drained.
    this.#checkTimer?.cancel();
    this.#stop.abort(journalClosed());
    await this.#draining;
    this.#queue.abandon(journalClosed());
  }

  /** Appends blocks until the queue is empty. Ends early only when the journal stops. */
  async #drain(): Promise<void> {
    await restOfTurn();
    while (this.#queue.length > 0 || this.#checkIsDue) {
      const isDone = this.#queue.length > 0 ? await this.#appendOne() : await this.#checkOnce();
      if (!isDone) break;
      if (this.#queue.length > 0) await restOfTurn();
    }
    this.#draining = undefined;
    this.#armCheck();
  }

  async #appendOne(): Promise<boolean> {
    const { maxStreamBytes, seenBy, noteVersions } = this.#options;
    const { oldestAt } = this.#queue;
    const whole = this.#queue.take();
    if (whole === undefined || oldestAt === undefined) return true;
    const seen = seenBy?.(oldestAt);
    const isTight = this.#appender.heldBytes > maxStreamBytes / 2;
    const operations = isTight ? asPackedDeletes(whole) : whole;
    const outcome = await this.#untilDone(async () => {
      // Before it is in the stream: what is not noted here could be overwritten by an older one.
      if (noteVersions !== undefined) await noteVersions(whole.parts, oldestAt);
      return this.#appender.append(operations, seen);
    });
    if (outcome === undefined) return false;
    if (outcome === 'sealed') return this.#move();
    this.lastError = this.#appender.classError;
    if (outcome !== 'stream') this.#tier = outcome;
    else this.#tier = isTight ? 'deletes' : 'log';
    this.appendedBlocks += 1;
    this.appendedOperations += whole.count;
    this.#queue.confirm();
    return true;
  }

  /** The shard is sealed: what waits for it goes where its keys are written now. */
  async #move(): Promise<boolean> {
    const move = await this.#untilDone(() => this.#options.findSuccessor());
    move?.(this.#queue);
    // Nothing is written here any more.
    if (move !== undefined) this.#tier = 'log';
    return move !== undefined;
  }

  async #checkOnce(): Promise<boolean> {
    const isDone = await this.#untilDone(() => this.#appender.check().then(() => true));
    this.#checkIsDue = false;
    return isDone === true;
  }

  #armCheck(): void {
    if (this.#checkTimer !== undefined || this.#stop.signal.aborted || !this.#appender.hasRecent) return;
    this.#checkTimer = this.#options.clock.setTimer(() => {
      this.#checkTimer = undefined;
      this.#checkIsDue = true;
      this.#draining ??= this.#drain();
    }, CHECK_MS);
  }

  /** Tries until it succeeds. Gives undefined when the journal stopped first. */
  async #untilDone<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const outcome = await attempt();
        this.lastError = undefined;
        this.#backoff.reset();
        return outcome;
      } catch (error) {
        if (signal.aborted) break;
        this.lastError = error instanceof Error ? error : redisFailed(error);
        if (error instanceof ReplicationError && error.code === 'ERR_REPLICATION_JOURNAL_FULL') this.#tier = 'refuse';
        this.failedAttempts += 1;
        await sleep(this.#backoff.next(), { signal, clock: this.#options.clock }).catch(() => {});
      }
    }
    return undefined;
  }
}

/** Shared by all shards: what they append then goes to Redis in one write. */
let turn: Promise<void> | undefined;

/** The rest of a turn may bring more operations, of those too who were just answered: they go into the same block. */
function restOfTurn(): Promise<void> {
  turn ??= new Promise<void>((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}

/** What a closed journal says. */
export function journalClosed(): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_CLOSED', 'the journal is closed');
}

function notConfirmed(timeoutMs: number, cause: Error | undefined): ReplicationError {
  const message = `Redis has not confirmed the operation within ${timeoutMs} ms; it stays queued and will be appended`;
  return new ReplicationError('ERR_REPLICATION_JOURNAL_TIMEOUT', message, cause === undefined ? {} : { cause });
}
