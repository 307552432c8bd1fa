import type { Clock, Timer } from '@lockstep/core';

interface Waiting {
  readonly packed: Buffer;
  /** Monotonic moment at which its caller stops waiting. */
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a queued operation takes besides its bytes: buffer, promise and record. Measured, rounded up. */
export const OPERATION_OVERHEAD_BYTES = 512;

/** What a queue needs. */
export interface OperationQueueOptions {
  readonly clock: Clock;
  /** How long a caller waits before its promise rejects with `onTimeout()`; its operation stays in the queue. */
  readonly timeoutMs: number;
  readonly onTimeout: () => Error;
}

/**
 * Packed operations in the order in which they came, each with a caller that waits for it.
 *
 * Every caller waits equally long, so the oldest is always the next whose time is up, and one timer
 * serves all of them.
 */
export class OperationQueue {
  readonly #options: OperationQueueOptions;
  #items: Waiting[] = [];
  /** Index of the oldest operation; what lies before it is gone. */
  #head = 0;
  /** Index of the oldest operation whose caller still waits. */
  #unanswered = 0;
  #bytes = 0;
  #timer: Timer | undefined;

  constructor(options: OperationQueueOptions) {
    this.#options = options;
  }

  /** How many operations are in the queue, those of a taken block included. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** What they take in memory, in bytes: their packed size and `OPERATION_OVERHEAD_BYTES` each. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Puts an operation at the end. Resolves when it is removed, rejects when its caller has waited long enough. */
  push(packed: Buffer): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const { clock, timeoutMs } = this.#options;
      this.#items.push({ packed, deadline: clock.monotonic() + timeoutMs, resolve, reject });
      this.#bytes += packed.length + OPERATION_OVERHEAD_BYTES;
      if (this.#timer === undefined) this.#arm(timeoutMs);
    });
  }

  /** The oldest operations, at most so many and so large, but at least one where there is one. They stay in the queue. */
  peek(maxOperations: number, maxBytes: number): Buffer[] {
    const operations: Buffer[] = [];
    let bytes = 0;
    for (let index = this.#head; index < this.#items.length && operations.length < maxOperations; index += 1) {
      const item = this.#at(index);
      bytes += item.packed.length;
      if (bytes > maxBytes && operations.length > 0) break;
      operations.push(item.packed);
    }
    return operations;
  }

  /** Removes the `count` oldest operations and tells their callers that all is well. */
  confirm(count: number): void {
    for (const item of this.#remove(count)) item.resolve();
  }

  /** Removes everything and rejects whoever still waits. Returns how many operations were left. */
  abandon(error: () => Error): number {
    const left = this.#remove(this.length);
    for (const item of left) item.reject(error());
    this.#timer?.cancel();
    this.#timer = undefined;
    return left.length;
  }

  #remove(count: number): Waiting[] {
    const end = this.#head + count;
    const removed = this.#items.slice(this.#head, end);
    for (const item of removed) this.#bytes -= item.packed.length + OPERATION_OVERHEAD_BYTES;
    this.#head = end;
    this.#unanswered = Math.max(this.#unanswered, end);
    // Moving the rest down now and then keeps the cost of a removal in proportion to what is removed.
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#unanswered -= this.#head;
      this.#head = 0;
    }
    return removed;
  }

  #arm(ms: number): void {
    this.#timer = this.#options.clock.setTimer(() => this.#expire(), ms);
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#options.clock.monotonic();
    while (this.#unanswered < this.#items.length) {
      const item = this.#at(this.#unanswered);
      // A timer may fire a fraction of a millisecond before its time.
      if (item.deadline - now >= 1) {
        this.#arm(item.deadline - now);
        return;
      }
      item.reject(this.#options.onTimeout());
      this.#unanswered += 1;
    }
  }

  #at(index: number): Waiting {
    const item = this.#items[index];
    if (item === undefined) throw new RangeError(`no operation at ${index}`);
    return item;
  }
}
