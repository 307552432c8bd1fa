import type { Clock, Timer } from '@lockstep/core';

import { packOperationAt } from '../block/block-codec.ts';
import type { Operation } from '../operation/operation.ts';
import type { PackedOperations } from '../block/packed-operations.ts';

interface Waiting {
  /** Where it was packed, and between which offsets. */
  readonly chunk: Buffer;
  readonly start: number;
  readonly end: number;
  /** Monotonic moment at which its caller stops waiting. */
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a queued operation takes besides its bytes: buffer, promise and record. Measured, rounded up. */
export const OPERATION_OVERHEAD_BYTES = 512;

/** Operations are packed one after the other into chunks of this size; a larger one has a chunk of its own. */
const CHUNK_BYTES = 32 * 1024;

/** Memory that several queues take together, in bytes: the packed size of each operation and `OPERATION_OVERHEAD_BYTES`. */
export interface QueueMeter {
  bytes: number;
}

/** What a queue needs. */
export interface OperationQueueOptions {
  readonly clock: Clock;
  /** How long a caller waits before its promise rejects with `onTimeout()`; its operation stays in the queue. */
  readonly timeoutMs: number;
  readonly onTimeout: () => Error;
  readonly meter: QueueMeter;
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
  #chunk: Buffer = Buffer.alloc(0);
  /** How much of the chunk is taken. */
  #used = 0;
  #timer: Timer | undefined;

  constructor(options: OperationQueueOptions) {
    this.#options = options;
  }

  /** How many operations are in the queue, those of a taken block included. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The monotonic moment at which the oldest operation came, undefined when there is none. */
  get oldestAt(): number | undefined {
    const oldest = this.#items[this.#head];
    return oldest === undefined ? undefined : oldest.deadline - this.#options.timeoutMs;
  }

  /**
   * Copies an operation that was checked, of so many bytes when packed, to the end. Resolves when it is removed, rejects
   * when its caller has waited long enough.
   */
  push(operation: Operation, packedBytes: number): Promise<void> {
    if (this.#used + packedBytes > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, packedBytes));
      this.#used = 0;
    }
    const chunk = this.#chunk;
    const start = this.#used;
    const end = start + packedBytes;
    packOperationAt(chunk, start, operation);
    this.#used = end;
    return new Promise<void>((resolve, reject) => {
      const { clock, timeoutMs, meter } = this.#options;
      this.#items.push({ chunk, start, end, deadline: clock.monotonic() + timeoutMs, resolve, reject });
      meter.bytes += packedBytes + OPERATION_OVERHEAD_BYTES;
      if (this.#timer === undefined) this.#arm(timeoutMs);
    });
  }

  /** The oldest operations, at most so many and so large, but at least one where there is one. They stay in the queue. */
  peek(maxOperations: number, maxBytes: number): PackedOperations {
    const parts: Buffer[] = [];
    let count = 0;
    let bytes = 0;
    let chunk: Buffer | undefined;
    let [start, end] = [0, 0];
    for (let index = this.#head; index < this.#items.length && count < maxOperations; index += 1) {
      const item = this.#at(index);
      bytes += item.end - item.start;
      if (bytes > maxBytes && count > 0) break;
      // Those of one chunk lie side by side.
      if (item.chunk !== chunk) {
        if (chunk !== undefined) parts.push(chunk.subarray(start, end));
        ({ chunk, start } = item);
      }
      ({ end } = item);
      count += 1;
    }
    if (chunk !== undefined) parts.push(chunk.subarray(start, end));
    return { count, parts };
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
    for (const { start, end: itsEnd } of removed)
      this.#options.meter.bytes -= itsEnd - start + OPERATION_OVERHEAD_BYTES;
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
