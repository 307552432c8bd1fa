/** Lets many in at a time, or one alone; in the order in which they came. */
export class Turnstile {
  readonly #queue: { readonly isAlone: boolean; readonly enter: () => void }[] = [];
  #inside = 0;
  #isAlone = false;

  /** Resolves when the caller may go on; it must `leave` then. */
  enter(isAlone: boolean): Promise<void> {
    return new Promise((enter) => {
      this.#queue.push({ isAlone, enter });
      this.#pump();
    });
  }

  leave(): void {
    this.#inside -= 1;
    this.#isAlone = false;
    this.#pump();
  }

  #pump(): void {
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || this.#isAlone || (next.isAlone && this.#inside > 0)) return;
      this.#queue.shift();
      this.#inside += 1;
      this.#isAlone = next.isAlone;
      next.enter();
    }
  }
}
