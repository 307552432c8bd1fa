import { channel } from 'node:diagnostics_channel';

import type { RefreshReason, TaskOutcome } from './queue/refresh-queue.ts';

/** A message of `lockstep:refresh:read`: a read of a gateway has ended. */
export interface RefreshReadMessage {
  readonly source: string;
  /** `fresh`, `stale`, `loaded`, the `code` of the error, or else its name. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** A message of `lockstep:refresh:load`: a call of a source has ended. */
export interface RefreshLoadMessage {
  readonly source: string;
  readonly by: 'gateway' | 'worker';
  /** `ok`, the `code` of the error, or else its name. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** A message of `lockstep:refresh:task`: a worker is done with a task. */
export interface RefreshTaskMessage {
  readonly source: string;
  readonly reason: RefreshReason;
  /** How it ended, the `code` of the error, or else its name. */
  readonly outcome: TaskOutcome | (string & {});
  readonly durationMs: number;
}

const read = channel('lockstep:refresh:read');
const load = channel('lockstep:refresh:load');
const task = channel('lockstep:refresh:task');

/** Whether anybody listens to reads: only then their time is taken. */
export function hearsReads(): boolean {
  return read.hasSubscribers;
}

/** Tells whoever listens. */
export function publishRead(message: RefreshReadMessage): void {
  read.publish(message);
}

/** Tells whoever listens. */
export function publishLoad(message: RefreshLoadMessage): void {
  if (load.hasSubscribers) load.publish(message);
}

/** Whether anybody listens to tasks: only then their time is taken. */
export function hearsTasks(): boolean {
  return task.hasSubscribers;
}

/** Tells whoever listens. */
export function publishTask(message: RefreshTaskMessage): void {
  task.publish(message);
}

/** What a message says of an error. */
export function outcomeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'error';
}
