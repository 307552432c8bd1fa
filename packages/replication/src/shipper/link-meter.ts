import type { Clock } from '@lockstep/core';

import type { JournalProbe } from '../journal/journal-probe.ts';
import type { JournalTier } from '../journal/journal-tier.ts';
import { heldSize, type JournalEntry } from './journal-reader.ts';
import type { LinkBacklog, LinkWord } from './link-word.ts';
import { ReplicationError } from '../replication-error.ts';
import { compareStreamIds, type StreamId, streamIdTimeMs } from '../operation/stream-id.ts';

/** How one shard of a link stands. */
export interface ShardStatus {
  readonly shard: number;
  /** Whether nothing is shipped until the receiver has applied all shards of the layout before. @default false */
  readonly isWaiting?: boolean;
  /**
   * Whether another shipper of the region ships it, and this one would take over. What is queued and how old it is are
   * then as that one said last, as is the cursor: about a second ago. @default false
   */
  readonly isStandby?: boolean;
  /** Whether the latest exchange with the receiver succeeded. */
  readonly connected: boolean;
  /**
   * Age in milliseconds of the oldest entry that the receiver has not confirmed, 0 when there is
   * none. Until the receiver was heard of once, the age of the oldest entry there is.
   */
  readonly lagMs: number;
  /**
   * Milliseconds that the latest marker took from the journal until the receiver had confirmed it, by one clock; while
   * one is under way for longer, its age. Absent until the first one is back, or where none are sent.
   */
  readonly measuredLagMs?: number;
  /** Operations in the journal that the receiver has not confirmed. As of the latest look, at most about a second old. */
  readonly queuedOperations: number;
  /** Bytes that these take in the stream, blocks and 64 for each. As of the latest look. */
  readonly queuedBytes: number;
  /** Operations that the receiver confirmed to this process. */
  readonly shippedOperations: number;
  /** Bytes that the journal holds in Redis for the slowest receiver. As of the latest look. */
  readonly heldBytes: number;
  /** Keys that did not fit into the journal, and become deletes when there is room. As of the latest look. */
  readonly dirtyKeys: number;
  /** Classes whose keys did not fit among those either, and are cleared when there is room. As of the latest look. */
  readonly dirtyClasses: number;
  /** How the journal takes writes, as far as the latest look shows. */
  readonly tier: JournalTier;
  /** Batches that may be on their way at once. */
  readonly window: number;
  /** Where the receiver stands; absent until it was heard of once. */
  readonly cursor?: StreamId;
  /** Batches that did not follow the receiver's cursor. A few are normal when two shippers run. */
  readonly gaps: number;
  /** Steps that failed and were tried again. */
  readonly failures: number;
  /** How often Redis was found to have lost the end of the journal. */
  readonly tailLosses: number;
  /** Why the latest step failed; absent after one that succeeded. `ERR_REPLICATION_TAIL_LOST` while that lasts. */
  readonly lastError?: Error;
}

/** A first marker that is not back after this time counts. */
const LATE_MS = 1000;

/** Counts what one shard of a link does, and turns it into its status. */
export class LinkMeter {
  connected = false;
  gaps = 0;
  readonly #options: { readonly shard: number; readonly clock: Clock };
  #failures = 0;
  #shipped = 0;
  #total = 0;
  #confirmedTotal = 0;
  #totalBytes = 0;
  #confirmedBytes = 0;
  #heldBytes = 0;
  #dirtyKeys = 0;
  #dirtyClasses = 0;
  #maxBytes = 0;
  #tailLosses = 0;
  #marker: { readonly id: StreamId; readonly at: number } | undefined;
  #measuredMs: number | undefined;
  #sendError: Error | undefined;
  #readError: Error | undefined;
  #tailError: Error | undefined;
  /** The oldest entry that is not confirmed, as the latest look at the journal found it. */
  #oldest: StreamId | undefined;
  /** What another shipper says, which ships it. */
  #word: LinkWord | undefined;

  constructor(options: { readonly shard: number; readonly clock: Clock }) {
    this.#options = options;
  }

  /** The monotonic moment of the marker that is on its way, if one is. */
  get markedAt(): number | undefined {
    return this.#marker?.at;
  }

  /** Another shipper ships it from now on, and says this; undefined: none does. */
  yieldTo(word: LinkWord | undefined): void {
    this.#word = word;
    if (word === undefined) return;
    // A marker that is on its way stays: it tells how long nothing gets through, whoever ships meanwhile.
    this.#measuredMs = undefined;
    if (word.cursor !== undefined) this.reached(word.cursor);
    // It reads nothing that could succeed.
    this.#readError = undefined;
  }

  /** A marker was appended at this monotonic moment. */
  mark(id: StreamId, at: number): void {
    this.#marker = { id, at };
  }

  /** The receiver stands here. */
  reached(cursor: StreamId): void {
    if (this.#marker === undefined || compareStreamIds(cursor, this.#marker.id) < 0) return;
    // Who stands by hears of it late.
    if (this.#word === undefined) this.#measuredMs = this.#options.clock.monotonic() - this.#marker.at;
    this.#marker = undefined;
  }

  #measured(): number | undefined {
    if (this.#marker === undefined || this.#word !== undefined) return this.#measuredMs;
    const age = this.#options.clock.monotonic() - this.#marker.at;
    // Until it is late, the one before says more.
    return this.#measuredMs === undefined && age < LATE_MS ? undefined : Math.max(age, this.#measuredMs ?? 0);
  }

  /** How the latest exchange with the receiver ended. */
  sending(error: Error | undefined): void {
    this.#sendError = error;
    if (error !== undefined) this.#failures += 1;
  }

  /** How the latest read of the journal ended. */
  reading(error: Error | undefined): void {
    this.#readError = error;
    if (error !== undefined) this.#failures += 1;
  }

  /** Entries were read from the journal. */
  read(entries: readonly JournalEntry[]): void {
    const newest = entries.at(-1);
    if (newest === undefined) return;
    this.#total = Math.max(this.#total, newest.before + newest.operations);
    this.#totalBytes = Math.max(this.#totalBytes, newest.bytesBefore + heldSize(newest));
  }

  /** The receiver confirmed these entries. */
  confirmed(entries: readonly JournalEntry[]): void {
    const newest = entries.at(-1);
    this.#oldest = undefined;
    if (newest === undefined) return;
    this.#confirmedTotal = newest.before + newest.operations;
    this.#confirmedBytes = newest.bytesBefore + heldSize(newest);
    for (const entry of entries) this.#shipped += entry.operations;
  }

  /** The journal was looked at from the receiver's cursor, or from its start when there is none. */
  observe(cursor: StreamId | undefined, probe: JournalProbe): void {
    this.#oldest = probe.oldest?.id;
    this.#total = probe.total;
    this.#heldBytes = probe.heldBytes;
    this.#dirtyKeys = probe.dirtyKeys;
    this.#dirtyClasses = probe.dirtyClasses;
    this.#maxBytes = probe.maxBytes;
    this.#confirmedTotal = probe.oldest?.before ?? probe.total;
    this.#totalBytes = probe.totalBytes;
    this.#confirmedBytes = probe.oldest?.bytesBefore ?? probe.totalBytes;
    if (cursor === undefined || compareStreamIds(probe.tail, cursor) >= 0) {
      this.#tailError = undefined;
      return;
    }
    if (this.#tailError === undefined) this.#tailLosses += 1;
    const message = `the receiver stands at ${cursor} and the journal ends at ${probe.tail}: Redis lost what lay between`;
    this.#tailError = new ReplicationError('ERR_REPLICATION_TAIL_LOST', message);
  }

  #tier(): JournalTier {
    if (this.#dirtyClasses > 0) return 'classes';
    if (this.#dirtyKeys > 0) return 'keys';
    return this.#maxBytes > 0 && this.#heldBytes > this.#maxBytes / 2 ? 'deletes' : 'log';
  }

  /** How far the receiver is behind, as this process sees it. */
  #ownBacklog(oldest: StreamId | undefined): LinkBacklog {
    return {
      lagMs: oldest === undefined ? 0 : Math.max(0, this.#options.clock.now() - streamIdTimeMs(oldest)),
      queuedOperations: Math.max(0, this.#total - this.#confirmedTotal),
      queuedBytes: Math.max(0, this.#totalBytes - this.#confirmedBytes),
    };
  }

  status(now: { cursor: StreamId | undefined; oldestPending: StreamId | undefined; window: number }): ShardStatus {
    const { cursor, window } = now;
    const measured = this.#measured();
    const { lagMs, queuedOperations, queuedBytes } = this.#word ?? this.#ownBacklog(now.oldestPending ?? this.#oldest);
    const error = this.#tailError ?? this.#sendError ?? this.#readError;
    return {
      shard: this.#options.shard,
      connected: this.connected,
      lagMs,
      queuedOperations,
      queuedBytes,
      shippedOperations: this.#shipped,
      heldBytes: this.#heldBytes,
      dirtyKeys: this.#dirtyKeys,
      dirtyClasses: this.#dirtyClasses,
      tier: this.#tier(),
      window,
      gaps: this.gaps,
      failures: this.#failures,
      tailLosses: this.#tailLosses,
      ...(this.#word === undefined ? {} : { isStandby: true }),
      ...(measured === undefined ? {} : { measuredLagMs: measured }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(error === undefined ? {} : { lastError: error }),
    };
  }
}
