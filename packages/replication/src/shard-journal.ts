import { type Backoff, createBackoff, sleep, type Timer, withDeadline } from '@lockstep/core';

import { BlockAppender, type BlockAppenderOptions } from './block-appender.ts';
import type { JournalTier } from './journal-tier.ts';
import { OperationQueue } from './operation-queue.ts';
import { redisFailed } from './owned-connection.ts';
import { asPackedDelete } from './packed-delete.ts';
import { ReplicationError } from './replication-error.ts';

/** What the journal of one shard needs. */
export interface ShardJournalOptions extends BlockAppenderOptions {
  readonly maxBlockOperations: number;
  readonly closeTimeoutMs: number;
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
    this.#queue = new OperationQueue({ ...options, onTimeout: () => notConfirmed(options.timeoutMs, this.lastError) });
  }

  get queue(): Pick<OperationQueue, 'length' | 'bytes'> {
    return this.#queue;
  }

  get tier(): JournalTier {
    return this.#tier;
  }

  get blocks(): Pick<BlockAppender, 'lostBlocks' | 'restoredBlocks'> {
    return this.#appender;
  }

  /** Appends a packed operation. Resolves when Redis has it. */
  append(packed: Buffer): Promise<void> {
    const appended = this.#queue.push(packed);
    this.#draining ??= this.#drain();
    return appended;
  }

  /** Waits until the queue is empty, or `closeTimeoutMs` have passed, and stops. Call `end` after it. */
  async drain(): Promise<void> {
    const { closeTimeoutMs, clock } = this.#options;
    try {
      const drained = this.#draining ?? Promise.resolve();
      await withDeadline(drained, { ms: closeTimeoutMs, clock, onTimeout: journalClosed });
    } catch {
      // The deadline passed, and whoever waits for what is left hears of it from `end`.
    }
    this.#checkTimer?.cancel();
    this.#stop.abort(journalClosed());
  }

  /** Drops what is left and tells whoever waits for it. */
  async end(): Promise<void> {
    await this.#draining;
    this.#queue.abandon(journalClosed);
  }

  /** Appends blocks until the queue is empty. Ends early only when the journal stops. */
  async #drain(): Promise<void> {
    // The rest of this turn may bring more operations: they go into the same block.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    while (this.#queue.length > 0 || this.#checkIsDue) {
      const isDone = this.#queue.length > 0 ? await this.#appendOne() : await this.#checkOnce();
      if (!isDone) break;
    }
    this.#draining = undefined;
    this.#armCheck();
  }

  async #appendOne(): Promise<boolean> {
    const { maxBlockOperations, maxStreamBytes } = this.#options;
    const whole = this.#queue.peek(maxBlockOperations, MAX_BLOCK_BYTES);
    const isTight = this.#appender.heldBytes > maxStreamBytes / 2;
    const operations = isTight ? whole.map(asPackedDelete) : whole;
    const outcome = await this.#untilDone(() => this.#appender.append(operations));
    if (outcome === undefined) return false;
    if (outcome === 'dirty') this.#tier = 'keys';
    else this.#tier = isTight ? 'deletes' : 'log';
    this.appendedBlocks += 1;
    this.appendedOperations += whole.length;
    this.#queue.confirm(whole.length);
    return true;
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

/** What a closed journal says. */
export function journalClosed(): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_CLOSED', 'the journal is closed');
}

function notConfirmed(timeoutMs: number, cause: Error | undefined): ReplicationError {
  const message = `Redis has not confirmed the operation within ${timeoutMs} ms; it stays queued and will be appended`;
  return new ReplicationError('ERR_REPLICATION_JOURNAL_TIMEOUT', message, cause === undefined ? {} : { cause });
}
