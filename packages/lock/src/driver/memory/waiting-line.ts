import type { AcquireRequest } from '../lock-driver.ts';

/** The most that wait for one key. */
const MAX_WAITERS = 10_000;

interface Place {
  request: AcquireRequest;
  readonly priority: number;
}

/** Those who wait for one key: higher priority first, then in the order they came. */
export class WaitingLine {
  #places: Place[] = [];

  get size(): number {
    return this.#places.length;
  }

  get first(): AcquireRequest | undefined {
    return this.#places[0]?.request;
  }

  /** Joins, or renews the wish of one that waits already. Returns how many are before it; undefined: it is full. */
  join(request: AcquireRequest): number | undefined {
    const rank = this.#rankOf(request.owner);
    if (rank >= 0) {
      this.#places[rank]!.request = request;
      return rank;
    }
    if (this.size >= MAX_WAITERS) return undefined;
    const { priority = 0 } = request;
    const behind = this.#places.findIndex((other) => other.priority < priority);
    const at = behind < 0 ? this.size : behind;
    this.#places.splice(at, 0, { request, priority });
    return at;
  }

  /** Takes the first off the line. */
  shift(): AcquireRequest | undefined {
    return this.#places.shift()?.request;
  }

  /** Puts one that was taken off back to its place at the head. */
  unshift(request: AcquireRequest): void {
    this.#places.unshift({ request, priority: request.priority ?? 0 });
  }

  leave(owner: string): void {
    const rank = this.#rankOf(owner);
    if (rank >= 0) this.#places.splice(rank, 1);
  }

  #rankOf(owner: string): number {
    return this.#places.findIndex(({ request }) => request.owner === owner);
  }
}
