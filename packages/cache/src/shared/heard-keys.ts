import { type Clock, createBackoff, sleep } from '@lockstep/core';

/** Keys that were heard invalidated and may still lie in a tier: they are not read from it before they are gone there. */
export interface HeardKeys {
  add(keys: readonly string[]): void;
  has(key: string): boolean;
  /** Resolves when the deletes under way have been answered. */
  attempted(): Promise<void>;
  close(): void;
}

/** How keys are deleted. */
export interface HeardKeysOptions {
  readonly clock: Clock;
  readonly random: () => number;
  delete(key: string): Promise<unknown>;
  /** A delete failed, and is tried again. */
  onFailure(error: unknown): void;
  /** The epochs of all shards as this process knows them: values of others are not read. */
  epochs(): readonly string[];
  epochOf(key: string): string;
  /** Has new epochs begun. */
  clear(): Promise<unknown>;
  /** With more than this, nothing of these epochs is read any more, and new ones begin. @default 100_000 */
  readonly maxKeys?: number;
}

const BATCH = 500;

/** Deletes what it is told of, in batches, until that is confirmed. */
export function createHeardKeys(options: HeardKeysOptions): HeardKeys {
  const { clock, random, maxKeys = 100_000 } = options;
  const backoff = createBackoff({ minMs: 50, maxMs: 5000, random });
  const closing = new AbortController();
  const waiting = new Map<string, number>();
  /** Too much was heard under these. */
  const lost = new Set<string>();
  let adds = 0;
  let isRunning = false;
  let attempt = Promise.resolve();

  async function deleteOne(key: string, asOf: number): Promise<void> {
    try {
      await options.delete(key);
      // What was heard again meanwhile must be deleted again.
      if (waiting.get(key) === asOf) waiting.delete(key);
    } catch (error) {
      // Behind the others, whose server may answer.
      const latest = waiting.get(key);
      if (latest !== undefined && waiting.delete(key)) waiting.set(key, latest);
      throw error;
    }
  }

  function nextKeys(): [string, number][] {
    const some: [string, number][] = [];
    for (const entry of waiting) {
      if (some.length === BATCH) break;
      some.push(entry);
    }
    return some;
  }

  async function deleteSome(): Promise<void> {
    const ends = await Promise.allSettled(nextKeys().map(([key, asOf]) => deleteOne(key, asOf)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async function step(): Promise<void> {
    try {
      if (lost.size > 0) {
        await clearLost();
        return;
      }
      const work = deleteSome();
      attempt = work.catch(() => undefined);
      await work;
      backoff.reset();
    } catch (error) {
      if (closing.signal.aborted) return;
      options.onFailure(error);
      await sleep(backoff.next(), { signal: closing.signal, clock });
    }
  }

  async function clearLost(): Promise<void> {
    // All processes have heard the same, and one clear is enough.
    await sleep(backoff.next(), { signal: closing.signal, clock });
    const epochs = options.epochs();
    for (const epoch of lost) if (!epochs.includes(epoch)) lost.delete(epoch);
    if (lost.size > 0) await options.clear();
  }

  async function run(): Promise<void> {
    isRunning = true;
    try {
      while (!closing.signal.aborted && (waiting.size > 0 || lost.size > 0)) await step();
    } catch (error) {
      if (!closing.signal.aborted) throw error;
    } finally {
      isRunning = false;
    }
  }

  return {
    add(keys) {
      if (closing.signal.aborted) return;
      for (const key of keys) waiting.set(key, ++adds);
      if (waiting.size > maxKeys) {
        for (const epoch of options.epochs()) lost.add(epoch);
        waiting.clear();
      }
      if (!isRunning) void run();
    },
    has: (key) => waiting.has(key) || lost.has(options.epochOf(key)),
    attempted: () => attempt,
    close: () => closing.abort(),
  };
}
