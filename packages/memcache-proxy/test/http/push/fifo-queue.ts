/** Somebody who waits for an item. */
export interface Waiter {
  cancel(): void;
}

/** One queue of the queue server: items in their order, and those who wait for one. */
export class FifoQueue {
  readonly items: Buffer[] = [];
  readonly #waiters: ((item: Buffer) => void)[] = [];
  #open = 0;

  /** How many items are set aside. */
  get openCount(): number {
    return this.#open;
  }

  add(item: Buffer): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.items.push(item);
    else waiter(item);
  }

  /** Puts an item that was open back at the head. */
  putBack(item: Buffer): void {
    this.#open--;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.items.unshift(item);
    else waiter(item);
  }

  open(): void {
    this.#open++;
  }

  confirm(): void {
    this.#open--;
  }

  /** Hands over the item at the head, or the first to come within `timeoutMs`, or undefined. */
  take(timeoutMs: number, done: (item: Buffer | undefined) => void): Waiter | undefined {
    const item = this.items.shift();
    if (item !== undefined || timeoutMs === 0) {
      done(item);
      return undefined;
    }
    const leave = (): void => {
      clearTimeout(timer);
      const index = this.#waiters.indexOf(give);
      if (index !== -1) this.#waiters.splice(index, 1);
    };
    const give = (given: Buffer): void => {
      clearTimeout(timer);
      done(given);
    };
    const timer = setTimeout(() => {
      leave();
      done(undefined);
    }, timeoutMs);
    this.#waiters.push(give);
    return { cancel: leave };
  }
}
