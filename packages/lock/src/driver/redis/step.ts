import type { RedisArgument } from '@lockstep/core';

/** When something was sent, on both clocks. */
export interface SentAt {
  readonly sentAt: number;
  readonly sentAtWall: number;
}

/** One step of a script: what it takes, and how its answer reads. */
export interface Step<T> {
  /** Steps of one group go together. */
  readonly group: string;
  readonly keys: readonly string[];
  readonly args: readonly RedisArgument[];
  /** What is said in place of `args` when the last step before that had a `like` had the same one. */
  readonly again?: readonly RedisArgument[];
  readonly like?: object;
  readonly decode: (reply: unknown, sent: SentAt) => T;
  /** It goes with all others of its turn, and never before the end of it. */
  readonly isPatient?: boolean;
}
