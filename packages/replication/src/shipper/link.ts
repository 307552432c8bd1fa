import { type Backoff, createBackoff, describeError, sleep } from '@lockstep/core';

import { AdaptiveWindow } from './adaptive-window.ts';
import { BatchSender, type BatchSenderOptions } from './batch-sender.ts';
import { JournalFollower } from './journal-follower.ts';
import type { JournalProbe } from '../journal/journal-probe.ts';
import { LinkMeter, type ShardStatus } from './link-meter.ts';
import type { LinkWord } from './link-word.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import { type BatchLimits, PendingEntries } from './pending-entries.ts';
import type { StreamId } from '../operation/stream-id.ts';

/** What one link needs. */
export interface LinkOptions
  extends BatchLimits, Omit<BatchSenderOptions, 'pending' | 'meter' | 'window' | 'standsBy' | 'onConfirmed'> {
  readonly stream: string;
  /** The link's own: reads block on it. */
  readonly connection: OwnedConnection;
  readonly maxWindow: number;
  readonly maxAheadBytes: number;
  readonly blockMs: number;
  readonly lingerMs: number;
  readonly timeoutMs: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  /** It gets through again. */
  readonly onRecovered: () => void;
}

/** One direction between two regions, for one shard: reads the journal ahead and hands it to the receiver. */
export class Link {
  readonly #options: LinkOptions;
  readonly #pending: PendingEntries;
  readonly #backoff: Backoff;
  readonly #meter: LinkMeter;
  readonly #window: AdaptiveWindow;
  readonly #sender: BatchSender;
  readonly #follower: JournalFollower;
  /** Monotonic moment since which nothing gets through. */
  #stuckSince: number | undefined;
  /** Monotonic moment since which the journal cannot be read. */
  #unreadSince: number | undefined;
  /** What another shipper says, which ships it. */
  #word: LinkWord | undefined;
  /** What the receiver had confirmed to another shipper, until it tells this one where it stands. */
  #heard: StreamId | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    const pending = new PendingEntries(options);
    const meter = new LinkMeter(options);
    this.#pending = pending;
    this.#meter = meter;
    this.#backoff = createBackoff(options.retry);
    this.#window = new AdaptiveWindow({ max: options.maxWindow });
    this.#follower = new JournalFollower({
      ...options,
      pending,
      isStuck: () => this.#stuckSince !== undefined,
      standsBy: () => this.standsBy,
      onRead: (entries) => {
        meter.read(entries);
        this.#sender.nudge();
      },
      onOutcome: (error) => {
        // Of a read that was under way when another shipper began to ship it.
        if (this.standsBy) return;
        meter.reading(error);
        this.#unreadSince = error === undefined ? undefined : (this.#unreadSince ?? options.clock.monotonic());
      },
    });
    this.#sender = new BatchSender({
      ...options,
      pending,
      meter,
      window: this.#window,
      standsBy: () => this.standsBy,
      onConfirmed: () => {
        this.#heard = undefined;
        this.#follower.nudge();
      },
    });
  }

  get shard(): number {
    return this.#options.shard;
  }

  /** The region it leads to. */
  get to(): string {
    return this.#options.to;
  }

  /** Whether another shipper ships it. */
  get standsBy(): boolean {
    return this.#word !== undefined;
  }

  /** Leaves it to another shipper, which says how it stands, or ships it from now on. */
  yieldTo(word: LinkWord | undefined): void {
    this.#meter.yieldTo(word);
    const stoodBy = this.standsBy;
    if (word === undefined && stoodBy) this.#heard = this.confirmed;
    this.#word = word;
    if (this.standsBy === stoodBy) return;
    // Whether it can read shows anew, for who stands by does not. One that got nowhere goes on to try, and must not take the
    // lease before it gets through: two of these would hand it to each other for as long as the receiver is away.
    this.#unreadSince = undefined;
    this.#sender.nudge();
  }

  /** Whether nothing has got through for so long, or could be read. */
  isFailing(ms: number): boolean {
    const now = this.#options.clock.monotonic();
    return now - Math.min(this.#stuckSince ?? now, this.#unreadSince ?? now) >= ms;
  }

  /** The newest cursor that the receiver confirmed to this process, undefined before it has been heard of. */
  get cursor(): StreamId | undefined {
    return this.#sender.hasCursor ? this.#pending.cursor : undefined;
  }

  /** The newest cursor that the receiver confirmed to whoever ships it, undefined where that is not known. */
  get confirmed(): StreamId | undefined {
    return this.#word?.cursor ?? this.#heard ?? this.cursor;
  }

  status(): ShardStatus {
    return this.#meter.status({
      cursor: this.confirmed,
      oldestPending: this.#pending.oldest?.id,
      window: this.#window.size,
    });
  }

  /** Asks the receiver where it stands, when nothing is on its way to it. */
  check(): void {
    this.#sender.check();
  }

  /** The monotonic moment of the receiver's latest answer. */
  get answeredAt(): number {
    return this.#sender.answeredAt;
  }

  /** The monotonic moment of the marker that is on its way, if one is. */
  get markedAt(): number | undefined {
    return this.#meter.markedAt;
  }

  /** A marker was appended at this monotonic moment. */
  mark(id: StreamId, at: number): void {
    this.#meter.mark(id, at);
  }

  /** Takes in what a look at the journal found from what was confirmed. */
  observe(confirmed: StreamId | undefined, probe: JournalProbe): void {
    if (confirmed === this.confirmed) this.#meter.observe(confirmed, probe);
  }

  /** Ships until the signal aborts. Never rejects: failures are kept in the status and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#follower.run(signal), this.#send(signal)]);
  }

  async #send(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#sender.run(signal, () => this.#progress());
      } catch (error) {
        if (signal.aborted) return;
        this.#stuckSince ??= this.#options.clock.monotonic();
        this.#window.failed();
        this.#meter.sending(error instanceof Error ? error : new Error(describeError(error)));
        await sleep(this.#backoff.next(), { signal, clock: this.#options.clock }).catch(() => {
          // The signal aborted: the loop ends by its own condition.
        });
      }
    }
  }

  #progress(): void {
    this.#backoff.reset();
    if (this.#stuckSince === undefined) return;
    this.#stuckSince = undefined;
    this.#follower.nudge();
    this.#options.onRecovered();
  }
}
