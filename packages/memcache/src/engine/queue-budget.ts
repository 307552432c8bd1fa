import type { QueueDepth } from '../driver/queue-depth.ts';
import type { Request } from './request.ts';

/** How many answers may be waited for unless told otherwise. */
export const defaultMaxQueueOps = 16_384;
/** How many bytes of requests may wait for their replies unless told otherwise. */
export const defaultMaxQueueBytes: number = 64 * 1024 * 1024;

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
  readonly #maxQueueOps: number;
  readonly #maxQueueBytes: number;
  #ops = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#maxQueueOps = limits.maxQueueOps;
    this.#maxQueueBytes = limits.maxQueueBytes;
  }

  get isFull(): boolean {
    return this.#ops >= this.#maxQueueOps || this.#bytes >= this.#maxQueueBytes;
  }

  get depth(): QueueDepth {
    return { ops: this.#ops, bytes: this.#bytes };
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
