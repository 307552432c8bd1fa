import type { Operation } from '@lockstep/replication';

import type { Params } from '../harness/bench-case.ts';

/** Where a writer puts operations for other regions; nobody takes them out. */
export interface Enqueuer extends AsyncDisposable {
  /** Resolves when all of them are in Redis. */
  enqueue(operations: readonly Operation[]): Promise<void>;
}

/** One way to put them there. Each opening has keys of its own in Redis. */
export interface EnqueueDesign {
  readonly name: string;
  open(params: Params, opening: number): Promise<Enqueuer>;
}

/** Writes that wait for Redis at a time: what comes to a busy writer within a few milliseconds. */
export const enqueuedAtOnce = 2000;
