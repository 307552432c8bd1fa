import type { Leader } from '@lockstep/lock';

/** How a queue is, for people. */
export interface QueueStatus {
  readonly queue: string;
  /** Who leads; undefined when nobody does. */
  readonly leader: Pick<Leader, 'id' | 'host' | 'term' | 'token'> | undefined;
  /** Messages that are not done; undefined where nobody can count them. */
  readonly waiting: number | undefined;
  /** The id up to which all is done; undefined for a queue that keeps none. */
  readonly cursor: string | undefined;
  readonly deadLetters: number;
}
