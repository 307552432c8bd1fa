import { sleep } from '@lockstep/core';
import assert from 'node:assert/strict';

import type { FollowOptions, InvalidationLog } from '../invalidation-log.ts';
import { InvalidationError, type InvalidationErrorCode } from '../invalidation-error.ts';
import { record, type Recorder } from './recorder.ts';

/** One thing that an invalidation log does. */
export interface LogConformanceCase {
  /** A sentence. */
  readonly name: string;
  /** Rejects with an AssertionError when the log does otherwise. Give it an empty log that nobody else uses, and close that. */
  readonly run: (log: InvalidationLog) => Promise<void>;
}

/** Follows the log of a case until its end, and writes down what it hears. */
export type Record = (options?: Partial<FollowOptions>) => Recorder;

/** How long anything may take that is waited for. */
const PATIENCE_MS = 10_000;

/** A case whose followers are closed when it ends. */
export function logCase(
  name: string,
  test: (log: InvalidationLog, record: Record) => Promise<void>,
): LogConformanceCase {
  return {
    name,
    async run(log) {
      const recorders: Recorder[] = [];
      const recordHere: Record = (options) => {
        const recorder = record(log, options);
        recorders.push(recorder);
        return recorder;
      };
      try {
        await test(log, recordHere);
      } finally {
        await Promise.all(recorders.map(({ follower }) => follower.close()));
      }
    },
  };
}

/** Resolves when it is so. */
export async function eventually(isSo: () => boolean, what: string): Promise<void> {
  const startedAt = performance.now();
  while (!isSo()) {
    assert.ok(performance.now() - startedAt < PATIENCE_MS, `it did not come about that ${what}`);
    await sleep(5);
  }
}

/** Asserts that a call rejects with that code. */
export async function rejectsWithCode(call: Promise<unknown>, code: InvalidationErrorCode): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof InvalidationError, `expected an InvalidationError, got ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  });
}

/** Asserts that a call rejects with exactly that. */
export async function rejectsWith(call: Promise<unknown>, reason: unknown): Promise<void> {
  await assert.rejects(call, (error: unknown) => error === reason);
}

/** Asserts that a call is refused as a mistake of the caller. */
export async function isRefused(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, isMistake);
}

/** Whether an error says that the caller made a mistake. */
export function isMistake(error: unknown): boolean {
  return error instanceof RangeError || error instanceof TypeError;
}

/** `key:0`, `key:1` and so on. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `key:${index}`);
}

/** The shards of a log, from 0. */
export function shardsOf(log: InvalidationLog): number[] {
  return Array.from({ length: log.shards }, (_, shard) => shard);
}
