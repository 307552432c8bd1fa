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
}

/**
 * Who waits for one operation. Each has a promise of his own, though they mostly end together: operations of one block
 * may be moved to different places, and nobody is to be told what became of another one.
 */
interface Caller {
  /** Monotonic moment at which it stops waiting. */
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What a queued operation takes besides its bytes, with what its caller keeps. Measured: 711 where that is an async function. */
export const OPERATION_OVERHEAD_BYTES = 720;

/** Operations are packed one after the other into chunks of this size; a larger one has a chunk of its own. */
const CHUNK_BYTES = 32 * 1024;
/** A timer may fire so much before its time; so much earlier than its own time a caller may be answered. */
const EARLY_MS = 1;

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
  #callers: Caller[] = [];
  /** Index of the caller of the oldest operation in the queue; what lies before it is gone. */
  #head = 0;
  /** Index of the oldest caller that still waits. */
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
    if (this.#timer === undefined) this.#arm(timeoutMs);
    return new Promise<void>((resolve, reject) => {
      this.#callers.push({ deadline: now + timeoutMs, resolve, reject });
    });
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
    for (const { resolve } of this.#remove(block.count)) resolve();
  }

  /**
   * Removes everything and pushes it elsewhere, in its order and at once. Each caller is told what becomes of its own
   * operation there, and waits no longer than it would have here.
   */
  moveTo(push: (operation: Operation, at: number) => Promise<void>): void {
    this.#isTaken = false;
    const callers: Caller[] = [];
    const settled: Promise<void>[] = [];
    for (const block of this.#blocks.splice(0)) {
      this.#forget(block);
      const own = this.#remove(block.count);
      const packed = block.pieces.map(({ chunk, start, end }) => chunk.subarray(start, end));
      const move = async (operation: Operation): Promise<void> => push(operation, block.at);
      for (const [index, operation] of packed.flatMap(unpackOperations).entries()) {
        const caller = own[index];
        if (caller !== undefined) settled.push(move(operation).then(caller.resolve, caller.reject));
      }
      callers.push(...own);
    }
    const deadlines = this.#keepDeadlines(callers);
    void Promise.all(settled).then(() => deadlines.cancel());
  }

  /** Removes everything and rejects whoever still waits. Returns how many operations were left. */
  abandon(error: Error): number {
    const left = this.#length;
    for (const block of this.#blocks.splice(0)) this.#forget(block);
    this.#isTaken = false;
    for (const { reject } of this.#remove(this.#callers.length - this.#head)) reject(error);
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
    const block = { at, count: 0, bytes: 0, pieces: [] };
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

  #remove(count: number): Caller[] {
    const end = this.#head + count;
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

  /** For callers who are served elsewhere, oldest first. Those whose time is up were told. */
  #keepDeadlines(callers: readonly Caller[]): Timer {
    const { clock } = this.#options;
    let next = 0;
    let timer: Timer | undefined;
    const expire = (): void => {
      next = this.#rejectLate(callers, next);
      const first = callers[next];
      timer = first && clock.setTimer(expire, first.deadline - clock.monotonic());
    };
    expire();
    return { cancel: () => timer?.cancel() };
  }

  #arm(ms: number): void {
    this.#timer = this.#options.clock.setTimer(() => this.#expire(), ms);
  }

  #expire(): void {
    this.#timer = undefined;
    this.#unanswered = this.#rejectLate(this.#callers, this.#unanswered);
    const next = this.#callers[this.#unanswered];
    if (next !== undefined) this.#arm(next.deadline - this.#options.clock.monotonic());
  }

  /** Rejects those, from an index on, whose time is up. Gives the index of the first one who still waits. */
  #rejectLate(callers: readonly Caller[], from: number): number {
    const { clock, onTimeout } = this.#options;
    const now = clock.monotonic();
    let at = from;
    let error: Error | undefined;
    for (let caller = callers[at]; caller !== undefined && caller.deadline - now < EARLY_MS; caller = callers[at]) {
      caller.reject((error ??= onTimeout()));
      at += 1;
    }
    return at;
  }
}
