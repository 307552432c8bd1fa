import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

/** `silent`: nothing passes and nobody is told; what was sent passes once it is up again. */
export type LinkState = 'up' | 'silent' | 'refused';

/** The network between a process and a server. Each message takes its own time; each pipe keeps its order. */
export class Link {
  #state: LinkState = 'up';
  #slowMs = 0;
  readonly #usualMs: number;
  readonly scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #pipes = new Set<Pipe>();

  constructor(scheduler: Scheduler, random: SeededRandom, usualMs: number = 0) {
    this.scheduler = scheduler;
    this.#random = random;
    this.#usualMs = usualMs;
  }

  get state(): LinkState {
    return this.#state;
  }

  set state(state: LinkState) {
    this.#state = state;
    if (state === 'silent') return;
    for (const pipe of this.#pipes) pipe.resume();
  }

  /** Adds up to this to each delay. */
  set slowMs(ms: number) {
    this.#slowMs = ms;
  }

  delayMs(): number {
    const { next, chance } = this.#random;
    return 0.05 + next() * 0.5 + (chance(0.05) ? next() * 10 : 0) + next() * (this.#usualMs + this.#slowMs);
  }

  /** One direction of a connection. */
  pipe(settlesPromises: boolean): Pipe {
    const pipe = new Pipe(this, settlesPromises, () => this.#pipes.delete(pipe));
    this.#pipes.add(pipe);
    return pipe;
  }
}

/** One direction of a connection: first in, first out. */
export class Pipe {
  readonly #link: Link;
  readonly #settlesPromises: boolean;
  readonly #onClose: () => void;
  #waiting: (() => void)[] = [];
  #lastAt = 0;
  #isClosed = false;

  constructor(link: Link, settlesPromises: boolean, onClose: () => void) {
    this.#link = link;
    this.#settlesPromises = settlesPromises;
    this.#onClose = onClose;
  }

  send(arrive: () => void): void {
    if (this.#isClosed) return;
    this.#waiting.push(arrive);
    this.#wake();
  }

  /** Delivers what was held back. */
  resume(): void {
    for (let count = this.#waiting.length; count > 0; count--) this.#wake();
  }

  /** What is on the way is lost. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#onClose();
  }

  #wake(): void {
    const { scheduler } = this.#link;
    this.#lastAt = Math.max(this.#lastAt, scheduler.now + this.#link.delayMs());
    const pass = (): void => {
      if (this.#link.state !== 'silent') this.#waiting.shift()?.();
    };
    scheduler.at(this.#lastAt, pass, this.#settlesPromises);
  }
}
