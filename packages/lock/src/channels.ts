import { channel } from 'node:diagnostics_channel';

import type { Leadership, RevokeReason } from './election/election.ts';

/** A message of `lockstep:lock:wait`: an acquisition has ended. */
export interface WaitMessage {
  readonly key: string;
  readonly durationMs: number;
  /** `ok`, `taken`, the `code` of the error, or else its name. */
  readonly outcome: string;
}

/** A message of `lockstep:lock:hold`: a lease has ended. */
export interface HoldMessage {
  readonly key: string;
  readonly token: number;
  readonly durationMs: number;
  readonly outcome: 'released' | 'lost';
}

/** A message of `lockstep:lock:election`: this process leads, or leads no more. */
export interface ElectionMessage {
  readonly name: string;
  readonly id: string;
  readonly term: number;
  readonly token: number;
  readonly event: 'elected' | 'revoked';
  /** Why it leads no more. */
  readonly reason?: RevokeReason;
}

const wait = channel('lockstep:lock:wait');
const hold = channel('lockstep:lock:hold');
const election = channel('lockstep:lock:election');

/** Whether anybody listens to acquisitions: only then their time is taken. */
export function hearsWaits(): boolean {
  return wait.hasSubscribers;
}

/** Tells whoever listens. */
export function publishWait(message: WaitMessage): void {
  wait.publish(message);
}

/** Whether anybody listens to leases that end. */
export function hearsHolds(): boolean {
  return hold.hasSubscribers;
}

/** Tells whoever listens. */
export function publishHold(message: HoldMessage): void {
  hold.publish(message);
}

/** Tells whoever listens that a leadership has begun, or has ended for a reason. */
export function publishElection({ name, id, term, token }: Leadership, reason?: RevokeReason): void {
  if (!election.hasSubscribers) return;
  const said = { name, id, term, token };
  const message: ElectionMessage =
    reason === undefined ? { ...said, event: 'elected' } : { ...said, event: 'revoked', reason };
  election.publish(message);
}

/** What a message says of an error. */
export function outcomeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'error';
}
