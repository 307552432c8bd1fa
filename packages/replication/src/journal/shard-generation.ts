import { SeenTracker, type SeenTrackerOptions } from '../conflicts/seen-tracker.ts';
import { journalKeys } from './journal-keys.ts';
import type { CheckedJournalOptions } from './journal.ts';
import type { JournalLayout } from '../layout/journal-layout.ts';
import { ShardJournal, type ShardJournalOptions } from './shard-journal.ts';
import { shardOf } from '../operation/shard-of.ts';

/** What a generation needs. */
export interface ShardGenerationOptions
  extends
    CheckedJournalOptions,
    Pick<SeenTrackerOptions, 'connection'>,
    Pick<ShardJournalOptions, 'meter' | 'noteVersions' | 'onSealedLoss'> {
  readonly layout: JournalLayout;
  /** As of `BlockAppenderOptions`, for all shards of this layout. */
  readonly prepare: (generation: ShardGeneration) => ShardJournalOptions['prepare'];
  /** As of `ShardJournalOptions`. */
  readonly findSuccessor: (
    generation: ShardGeneration,
    index: number,
  ) => ReturnType<ShardJournalOptions['findSuccessor']>;
}

/** The shards of one layout of a journal. */
export class ShardGeneration {
  readonly layout: JournalLayout;
  readonly shards: readonly ShardJournal[];
  readonly tracker: SeenTracker | undefined;
  /** By index: whether its keys are written elsewhere. */
  readonly #isMoved: boolean[];

  constructor(options: ShardGenerationOptions) {
    const { layout, region, peers, maxStreamBytes, maxDirtyBytes, maxRecentBytes } = options;
    const { base, shards } = layout;
    this.layout = layout;
    this.#isMoved = Array.from({ length: shards }, () => false);
    const tracker = peers.length === 0 ? undefined : new SeenTracker({ ...options, base, shards });
    this.tracker = tracker;
    const prepare = options.prepare(this);
    this.shards = this.#isMoved.map(
      (_, index) =>
        new ShardJournal({
          ...options,
          keys: journalKeys(region, base + index),
          maxStreamBytes: Math.ceil(maxStreamBytes / shards),
          maxDirtyBytes: Math.ceil(maxDirtyBytes / shards),
          maxRecentBytes: Math.ceil(maxRecentBytes / shards),
          seenBy: tracker === undefined ? undefined : (moment) => tracker.seenBy(index, moment),
          findSuccessor: () => options.findSuccessor(this, index),
          prepare,
        }),
    );
  }

  /** Whether all of it is written elsewhere. */
  get isOver(): boolean {
    return this.#isMoved.every(Boolean);
  }

  /** Where a key is written; undefined when that is elsewhere. */
  shardFor(key: Buffer): ShardJournal | undefined {
    const index = shardOf(key, this.layout.shards);
    return this.#isMoved[index] === true ? undefined : this.shards[index];
  }

  /** The keys of this shard are written elsewhere from now on. */
  leave(index: number): void {
    this.#isMoved[index] = true;
    if (this.isOver) this.tracker?.close();
  }

  /** As `leave`, for all shards in which nothing waits. */
  leaveIdle(): void {
    for (const [index, { queue }] of this.shards.entries()) if (queue.length === 0) this.leave(index);
  }
}
