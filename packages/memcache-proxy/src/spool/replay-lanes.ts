import { type Backoff, type Clock, createBackoff } from '@lockstep/core';

import { comparePositions, type Position } from './position.ts';

/** What keeps the nodes apart. */
export interface ReplayLanesOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Upper bound of the delay after a failure, in milliseconds. */
  readonly maxRetryMs: number;
}

interface Lane {
  readonly backoff: Backoff;
  /** On the monotonic clock. */
  retryAt: number;
  /** The first entry that was passed over, while there is one. */
  from: Position | undefined;
}

/** The nodes that did not confirm deletes, and from where on each has entries that wait. */
export class ReplayLanes {
  readonly #options: ReplayLanesOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: ReplayLanesOptions) {
    this.#options = options;
  }

  /** Nodes that wait. */
  get size(): number {
    return this.#lanes.size;
  }

  /** True while the node is left alone. */
  isWaiting(name: string): boolean {
    const lane = this.#lanes.get(name);
    return lane !== undefined && lane.retryAt > this.#options.clock.monotonic();
  }

  /** Keeps in mind that an entry of the node stays. */
  passOver(name: string, position: Position): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    if (lane.from === undefined || comparePositions(position, lane.from) < 0) lane.from = position;
  }

  /** The node did not confirm an entry. Returns the milliseconds until it is tried again. */
  fail(name: string, position: Position, { isAnswering = false }: { readonly isAnswering?: boolean } = {}): number {
    const { clock, random, maxRetryMs } = this.#options;
    const lane = this.#lanes.get(name) ?? {
      backoff: createBackoff({ minMs: Math.min(100, maxRetryMs), maxMs: maxRetryMs, random }),
      retryAt: 0,
      from: undefined,
    };
    this.#lanes.set(name, lane);
    this.passOver(name, position);
    if (isAnswering) lane.backoff.reset();
    const delayMs = lane.backoff.next();
    lane.retryAt = clock.monotonic() + delayMs;
    return delayMs;
  }

  /**
   * Begins a pass: the nodes whose time has come, with the entry that each begins with. Where their entries
   * wait is found anew by the pass.
   */
  begin(): Map<string, Position | undefined> {
    const due = new Map<string, Position | undefined>();
    const now = this.#options.clock.monotonic();
    for (const [name, lane] of this.#lanes) {
      if (lane.retryAt > now) continue;
      due.set(name, lane.from);
      lane.from = undefined;
    }
    return due;
  }

  /** Ends a pass that saw all entries of these nodes: those that have none left are forgotten. */
  end(names: Iterable<string>): void {
    for (const name of names) if (this.#lanes.get(name)?.from === undefined) this.#lanes.delete(name);
  }

  /** Milliseconds until the next node is to be tried; Infinity when none waits. */
  nextInMs(): number {
    const now = this.#options.clock.monotonic();
    return Math.min(Infinity, ...Array.from(this.#lanes.values(), ({ retryAt }) => Math.max(0, retryAt - now)));
  }

  /** Has every node tried at once. */
  forgive(): void {
    for (const lane of this.#lanes.values()) lane.retryAt = -Infinity;
  }
}
