import type { Request } from './request.ts';

/** How much may wait for one node. */
export interface QueueLimits {
  /** Replies that are waited for. */
  readonly maxQueueOps: number;
  /** Bytes of the requests that wait for their replies. */
  readonly maxQueueBytes: number;
}

/**
 * Counts what waits for one node. A request is admitted while the count is below the limits, so that
 * one call larger than a limit still passes when nothing else waits.
 */
export class QueueBudget {
  readonly #limits: QueueLimits;
  #ops = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#ops >= this.#limits.maxQueueOps || this.#bytes >= this.#limits.maxQueueBytes;
  }

  take(request: Request): void {
    this.#ops += request.replies;
    this.#bytes += request.bytes;
  }

  release(request: Request): void {
    this.#ops -= request.replies;
    this.#bytes -= request.bytes;
  }
}
