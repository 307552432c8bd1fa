import { sleep } from '@lockstep/core';
import assert from 'node:assert/strict';

import type { RefreshQueue, RefreshReason, RefreshTask, TaskHandler } from '../queue/refresh-queue.ts';
import type { RetryOptions } from '../queue/retry-settings.ts';

/** How the queues of a case are to behave; all other options are yours. */
export interface QueueTestSettings extends RetryOptions {
  readonly globalConcurrency?: number;
}

/** The queue that is tested. */
export interface QueueUnderTest {
  /**
   * The queue as one more process has it. All queues of a case share their tasks, and there are none when it begins;
   * where there can be no more than one process, it is the same queue each time.
   */
  open(this: void, settings: QueueTestSettings): RefreshQueue | Promise<RefreshQueue>;
}

/** One thing that a refresh queue does. */
export interface QueueConformanceCase {
  /** A sentence; the subject is the queue. */
  readonly name: string;
  /** Rejects with an AssertionError when the queue does otherwise. The queues that it opens are closed. */
  readonly run: (queue: QueueUnderTest) => Promise<void>;
}

/** How long anything may take that is waited for. */
const PATIENCE_MS = 10_000;

/** Fast back-off, so that a case takes no time. */
export const testSettings: QueueTestSettings = { attempts: 3, backoff: { minMs: 20, maxMs: 40 } };

/** A case with two processes, whose queues are closed when it ends. */
export function queueCase(
  name: string,
  test: (one: RefreshQueue, other: RefreshQueue) => Promise<void>,
  settings: QueueTestSettings = {},
): QueueConformanceCase {
  return {
    name,
    async run(queue) {
      const all = { ...testSettings, ...settings };
      const one = await queue.open(all);
      const other = await queue.open(all);
      try {
        await test(one, other);
      } finally {
        await Promise.all([one.close(), other.close()]);
      }
    },
  };
}

/** A task, asked for now. */
export function taskFor(key: string, reason: RefreshReason = 'ageing'): RefreshTask {
  return { key, reason, requestedAt: Date.now() };
}

/** Resolves with the first value that is as wanted. */
export async function until<Value>(
  read: () => Value | Promise<Value>,
  isWanted: (value: Value) => boolean,
): Promise<Value> {
  const startedAt = performance.now();
  for (;;) {
    const value = await read();
    if (isWanted(value)) return value;
    assert.ok(performance.now() - startedAt < PATIENCE_MS, `it remained ${JSON.stringify(value)}`);
    await sleep(10);
  }
}

/** A handler that keeps each task until it is told to go on, and notes what it was given. */
export interface HeldHandler {
  readonly handle: TaskHandler;
  /** In the order in which they began. */
  readonly begun: RefreshTask[];
  readonly mostAtOnce: () => number;
  /** Ends all that are held, and holds no more. */
  release(): void;
}

/** Makes one. */
export function holdTasks(): HeldHandler {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const begun: RefreshTask[] = [];
  let atOnce = 0;
  let most = 0;
  return {
    begun,
    mostAtOnce: () => most,
    release: () => release(),
    async handle(task) {
      begun.push(task);
      most = Math.max(most, ++atOnce);
      await gate;
      atOnce--;
      return 'refreshed';
    },
  };
}
