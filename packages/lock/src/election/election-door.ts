import type { Clock } from '@lockstep/core';

import type { AcquireOptions } from '../acquire-options.ts';
import type { LockInfo } from '../driver/lock-driver.ts';
import type { Lease } from '../lease/lease.ts';
import type { Election } from './election.ts';

/** What elections need of the locks. */
export interface ElectionDoor {
  readonly clock: Clock;
  readonly random: () => number;
  /** What no listener hears of. It does not throw. */
  readonly onError: (error: Error) => void;
  acquire(key: string, options: AcquireOptions): Promise<Lease>;
  inspect(key: string, options: { readonly signal?: AbortSignal | undefined }): Promise<LockInfo | undefined>;
  /** The number of this lease among those of its key that were counted; undefined when it is not held any more. */
  countTerm(lease: Lease): Promise<number | undefined>;
  /** An election was closed. */
  closed(election: Election): void;
}
