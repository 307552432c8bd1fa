import type { InvalidationLog } from '../../src/index.ts';

/** The lease of followers here: `createLog` must allow it, and is faster where it allows no more. */
export const LEASE_MS = 500;

/** A log that is new in each test. */
export interface CurrentLog {
  readonly log: InvalidationLog;
}
