import { type Clock, systemClock, type Timer } from '@lockstep/core';

interface Question<Answer> {
  readonly waiting: Set<number>;
  readonly answers: Map<number, Answer>;
  readonly timer: Timer;
  readonly resolve: (answers: ReadonlyMap<number, Answer>) => void;
}

/** Asks several at once and waits for the last answer, or for the deadline. */
export class Questions<Answer> {
  readonly #open = new Map<number, Question<Answer>>();
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #next = 0;

  constructor(options: { readonly deadlineMs: number; readonly clock?: Clock }) {
    this.#deadlineMs = options.deadlineMs;
    this.#clock = options.clock ?? systemClock;
  }

  /** Calls `send` for each with the number of the question; resolves with the answers that came. */
  ask(who: Iterable<number>, send: (one: number, id: number) => void): Promise<ReadonlyMap<number, Answer>> {
    const id = this.#next++;
    const waiting = new Set(who);
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(() => this.#close(id), this.#deadlineMs);
      this.#open.set(id, { waiting, answers: new Map(), timer, resolve });
      for (const one of waiting) send(one, id);
      if (waiting.size === 0) this.#close(id);
    });
  }

  /** Takes an answer; one that comes too late is dropped. */
  take(id: number, from: number, answer: Answer): void {
    const question = this.#open.get(id);
    if (question?.waiting.delete(from) !== true) return;
    question.answers.set(from, answer);
    if (question.waiting.size === 0) this.#close(id);
  }

  /** Nobody waits for `one` any more. */
  forget(one: number): void {
    for (const [id, { waiting }] of this.#open) {
      if (waiting.delete(one) && waiting.size === 0) this.#close(id);
    }
  }

  #close(id: number): void {
    const question = this.#open.get(id);
    if (question === undefined) return;
    this.#open.delete(id);
    question.timer.cancel();
    question.resolve(question.answers);
  }
}
