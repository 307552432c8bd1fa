import { channel } from 'node:diagnostics_channel';

import type { Invalidation, ResetReason } from '@lockstep/invalidation';

import type { CoherenceViolation } from './check/violations.ts';

/** A message of `lockstep:cache:heard`: an invalidation was heard and carried out. */
export type HeardMessage = Pick<Invalidation, 'keys' | 'tags' | 'origin' | 'traceId' | 'position'>;

/** A message of `lockstep:cache:reset`: everything was forgotten. */
export interface ResetMessage {
  readonly reason: ResetReason;
}

/** A message of `lockstep:cache:load`: a loader has ended. */
export interface LoadMessage {
  readonly view: string;
  readonly durationMs: number;
  /** `ok`, the `code` of the error, or else its name. */
  readonly outcome: string;
}

/** A message of `lockstep:cache:invalidate`: a write of this process has ended. */
export interface InvalidateMessage {
  readonly keys: number;
  readonly tags: number;
  readonly durationMs: number;
  /** `ok`, or the `code` of the error. */
  readonly outcome: string;
}

/** A message of `lockstep:cache:lag`: this process has heard its own entry of the log. */
export interface LagMessage {
  /** How long after the log had confirmed it; 0 when before. */
  readonly lagMs: number;
}

/** A message of `lockstep:cache:violation`: a coherence checker has found a stale copy, or it is gone. */
export interface ViolationMessage extends CoherenceViolation {
  readonly isOver: boolean;
}

const heard = channel('lockstep:cache:heard');
const reset = channel('lockstep:cache:reset');
const load = channel('lockstep:cache:load');
const invalidate = channel('lockstep:cache:invalidate');
const lag = channel('lockstep:cache:lag');
const violation = channel('lockstep:cache:violation');

/** Tells whoever listens. */
export function publishHeard(entry: Invalidation): void {
  if (!heard.hasSubscribers) return;
  const { keys, tags, origin, traceId, position } = entry;
  heard.publish({ keys, tags, origin, traceId, position } satisfies HeardMessage);
}

/** Tells whoever listens. */
export function publishReset(reason: ResetReason): void {
  if (reset.hasSubscribers) reset.publish({ reason } satisfies ResetMessage);
}

/** Whether anybody listens to loads: only then their time is taken. */
export function hearsLoads(): boolean {
  return load.hasSubscribers;
}

/** Tells whoever listens. */
export function publishLoad(message: LoadMessage): void {
  load.publish(message);
}

/** Whether anybody listens to invalidations of this process. */
export function hearsInvalidations(): boolean {
  return invalidate.hasSubscribers;
}

/** Tells whoever listens. */
export function publishInvalidate(message: InvalidateMessage): void {
  invalidate.publish(message);
}

/** Tells whoever listens. */
export function publishLag(lagMs: number): void {
  if (lag.hasSubscribers) lag.publish({ lagMs } satisfies LagMessage);
}

/** Tells whoever listens. */
export function publishViolation(message: ViolationMessage): void {
  if (violation.hasSubscribers) violation.publish(message);
}

/** What a message says of how something ended. */
export function outcomeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'error';
}
