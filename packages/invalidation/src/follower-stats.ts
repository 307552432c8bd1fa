import type { ResetReason } from './invalidation-log.ts';

/** What a follower has counted since it was started, and where it stands. */
export interface FollowerStats {
  /** Entries that were handed over. */
  readonly entries: number;
  /** Those of them that came by asking the log: from before it started, or because no push had brought them. */
  readonly replayed: number;
  /** Pushes that were not the next entry, so that the log was asked for what was missing. */
  readonly gaps: number;
  /** How often everything had to be forgotten, by reason. */
  readonly resets: Readonly<Record<ResetReason, number>>;
  /** Questions to the log, or connections to a relay, that failed and were tried again. */
  readonly readsFailed: number;
  /** With a `leaseMs`: how often the horizon became older than that. */
  readonly leasesLost: number;
  /** For how long that was so, in milliseconds, up to now. */
  readonly leaseLostMs: number;
  /** How many entries the log is known to have that were not handed over yet. */
  readonly lagEntries: number;
  /** For how long there have been such, in milliseconds. */
  readonly lagMs: number;
}
