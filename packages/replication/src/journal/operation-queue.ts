import type { Clock, Timer } from '@lockstep/core';

import { packOperationAt } from '../block/block-codec.ts';
import { unpackOperations } from '../block/block-decoder.ts';
import type { Operation } from '../operation/operation.ts';
import type { PackedOperations } from '../block/packed-operations.ts';

/** Operations that are appended in one step, packed one behind the other. */
interface QueuedBlock {
  /** Monotonic moment at which the first of them came. */
  at: number;
  count: number;
  bytes: number;
  /** Where they lie, in their order. */
  readonly pieces: { readonly chunk: Buffer; readonly start: number; end: number }[];
  /** How many groups of callers wait for it. */
  groups: number;
}

/** Callers whose operations came at the same moment, and are in one block: one promise answers all of them. */
interface Callers {
  /** Monotonic moment at which the first of them stops waiting. */
  readonly deadline: number;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a queued operation takes besides its bytes, with what its caller keeps. Measured before they shared promises. */
export const OPERATION_OVERHEAD_BYTES = 512;

/** Operations are packed one after the other into chunks of this size; a larger one has a chunk of its own. */
const CHUNK_BYTES = 32 * 1024;
/** Callers that come within this time share a promise; so much earlier than its own time one may be answered. */
const SHARED_MS = 1;

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
  /** Most operations of one block. */
  readonly maxBlockOperations: number;
  /** Most bytes of one block; a larger operation is a block alone. */
  readonly maxBlockBytes: number;
}

/**
 * Packed operations in the order in which they came, block by block, each with a caller that waits for it.
 *
 * Every caller waits equally long, so the oldest is always the next whose time is up, and one timer
 * serves all of them.
 */
export class OperationQueue {
  readonly #options: OperationQueueOptions;
  #length = 0;
  /** Oldest first; only the newest one takes more operations. */
  readonly #blocks: QueuedBlock[] = [];
  /** Whether the oldest block was given out, and takes no more. */
  #isTaken = false;
  /** Oldest first. */
  #callers: Callers[] = [];
  /** Index of the oldest callers whose block is still in the queue; what lies before it is gone. */
  #head = 0;
  /** Index of the oldest callers that still wait. */
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
    return this.#length;
  }

  /** The monotonic moment at which the oldest operation came, undefined when there is none. */
  get oldestAt(): number | undefined {
    return this.#blocks[0]?.at;
  }

  /**
   * Copies an operation that was checked, of so many bytes when packed, to the end. Resolves when it is removed, rejects
   * when its caller has waited long enough. `at` is when it came, where that was before.
   */
  push(operation: Operation, packedBytes: number, at?: number): Promise<void> {
    const { clock, timeoutMs, meter } = this.#options;
    const now = clock.monotonic();
    const block = this.#blockFor(packedBytes, now);
    if (at !== undefined && at < block.at) block.at = at;
    const start = this.#reserve(block, packedBytes);
    packOperationAt(this.#chunk, start, operation);
    block.count += 1;
    block.bytes += packedBytes;
    this.#length += 1;
    meter.bytes += packedBytes + OPERATION_OVERHEAD_BYTES;
    const newest = this.#callers.at(-1);
    if (block.groups > 0 && newest !== undefined && newest.deadline - timeoutMs >= now - SHARED_MS) {
      return newest.promise;
    }
    const callers = waitFor(now + timeoutMs);
    this.#callers.push(callers);
    block.groups += 1;
    if (this.#timer === undefined) this.#arm(timeoutMs);
    return callers.promise;
  }

  /** The oldest block, undefined where there is none. It stays in the queue, as it is now, until it is confirmed. */
  take(): PackedOperations | undefined {
    const block = this.#blocks[0];
    if (block === undefined) return undefined;
    this.#isTaken = true;
    return { count: block.count, parts: block.pieces.map(({ chunk, start, end }) => chunk.subarray(start, end)) };
  }

  /** Removes the oldest block and tells its callers that all is well. */
  confirm(): void {
    const block = this.#blocks.shift();
    if (block === undefined) return;
    this.#isTaken = false;
    this.#forget(block);
    for (const callers of this.#remove(block.groups)) callers.resolve();
  }

  /**
   * Removes everything and pushes it elsewhere, in its order and at once; its callers are told what becomes of it there,
   * and of all that was in a block with theirs. They wait no longer than they would have here.
   */
  moveTo(push: (operation: Operation, at: number) => Promise<void>): void {
    this.#isTaken = false;
    for (const block of this.#blocks.splice(0)) {
      this.#forget(block);
      const callers = this.#remove(block.groups);
      const packed = block.pieces.map(({ chunk, start, end }) => chunk.subarray(start, end));
      const pushed = packed.flatMap(unpackOperations).map((operation) => push(operation, block.at));
      const timers = this.#keepDeadlines(callers);
      void Promise.all(pushed)
        .then(
          () => callers.forEach(({ resolve }) => resolve()),
          (error: Error) => callers.forEach(({ reject }) => reject(error)),
        )
        .finally(() => timers.forEach((timer) => timer.cancel()));
    }
  }

  /** Removes everything and rejects whoever still waits. Returns how many operations were left. */
  abandon(error: () => Error): number {
    const left = this.#length;
    for (const block of this.#blocks.splice(0)) this.#forget(block);
    this.#isTaken = false;
    for (const callers of this.#remove(this.#callers.length - this.#head)) callers.reject(error());
    this.#timer?.cancel();
    this.#timer = undefined;
    return left;
  }

  #blockFor(packedBytes: number, at: number): QueuedBlock {
    const { maxBlockOperations, maxBlockBytes } = this.#options;
    const newest = this.#blocks.at(-1);
    if (newest !== undefined && !(this.#isTaken && this.#blocks.length === 1)) {
      if (newest.count < maxBlockOperations && newest.bytes + packedBytes <= maxBlockBytes) return newest;
    }
    const block = { at, count: 0, bytes: 0, pieces: [], groups: 0 };
    this.#blocks.push(block);
    return block;
  }

  /** Takes room in the chunk. Gives where it starts. */
  #reserve({ pieces }: QueuedBlock, bytes: number): number {
    if (this.#used + bytes > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    const last = pieces.at(-1);
    // Those of one chunk lie side by side.
    if (last?.chunk === this.#chunk) last.end = this.#used;
    else pieces.push({ chunk: this.#chunk, start, end: this.#used });
    return start;
  }

  #forget({ count, bytes }: QueuedBlock): void {
    this.#length -= count;
    this.#options.meter.bytes -= bytes + count * OPERATION_OVERHEAD_BYTES;
  }

  #remove(groups: number): Callers[] {
    const end = this.#head + groups;
    const removed = this.#callers.slice(this.#head, end);
    this.#head = end;
    this.#unanswered = Math.max(this.#unanswered, end);
    // Moving the rest down now and then keeps the cost of a removal in proportion to what is removed.
    if (this.#head * 2 >= this.#callers.length) {
      this.#callers = this.#callers.slice(this.#head);
      this.#unanswered -= this.#head;
      this.#head = 0;
    }
    return removed;
  }

  /** For callers who are served elsewhere. Those whose time is up were told. */
  #keepDeadlines(callers: readonly Callers[]): readonly Timer[] {
    const { clock, onTimeout } = this.#options;
    const now = clock.monotonic();
    return callers
      .filter(({ deadline }) => deadline > now)
      .map(({ deadline, reject }) => clock.setTimer(() => reject(onTimeout()), deadline - now));
  }

  #arm(ms: number): void {
    this.#timer = this.#options.clock.setTimer(() => this.#expire(), ms);
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#options.clock.monotonic();
    for (let callers = this.#callers[this.#unanswered]; callers !== undefined;) {
      // A timer may fire a fraction of a millisecond before its time.
      if (callers.deadline - now >= 1) {
        this.#arm(callers.deadline - now);
        return;
      }
      callers.reject(this.#options.onTimeout());
      this.#unanswered += 1;
      callers = this.#callers[this.#unanswered];
    }
  }
}

function waitFor(deadline: number): Callers {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolved, onRejected) => {
    resolve = onResolved;
    reject = onRejected;
  });
  return { deadline, promise, resolve, reject };
}
