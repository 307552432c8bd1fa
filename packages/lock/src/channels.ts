import { channel } from 'node:diagnostics_channel';

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

const wait = channel('lockstep:lock:wait');
const hold = channel('lockstep:lock:hold');

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

/** What a message says of an error. */
export function outcomeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'error';
}
