import type { Timer } from '@lockstep/core';

interface Event {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
  readonly settlesPromises: boolean;
}

/** Virtual time: events in the order of their moments, and of their making within one. */
export class Scheduler {
  #now = 0;
  #made = 0;
  #events = 0;
  readonly #heap: Event[] = [];

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** How many events have run. */
  get events(): number {
    return this.#events;
  }

  /** With `settlesPromises` false, no promise may be settled by it: the next event follows at once. */
  at(time: number, run: () => void, settlesPromises: boolean = true): Timer {
    const event: Event = { at: Math.max(time, this.#now), order: this.#made++, run, settlesPromises };
    this.#push(event);
    return {
      cancel: () => {
        event.run = undefined;
      },
    };
  }

  after(delayMs: number, run: () => void): Timer {
    return this.at(this.#now + delayMs, run);
  }

  /** Runs events up to this moment. All promises that an event settles are heard before the next event. */
  async run(until: number): Promise<void> {
    await endOfTurn();
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      if (next.run === undefined) continue;
      this.#now = next.at;
      this.#events++;
      next.run();
      if (next.settlesPromises) await endOfTurn();
    }
    this.#now = Math.max(this.#now, until);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[index] = heap[parent] as Event;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** All promise callbacks run before the host's next turn, so this is an exact and repeatable place. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
