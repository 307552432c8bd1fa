/** Lets one loop sleep until another has something for it. A call before the sleep is not lost. */
export class Wake {
  #isSet = false;
  #resume: (() => void) | undefined;

  /** Ends the sleep that is under way, or the next one. */
  set(): void {
    this.#isSet = true;
    this.#resume?.();
  }

  /** Resolves at the next `set()`; at once when it was called since the last sleep. */
  sleep(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#resume = () => {
        this.#isSet = false;
        this.#resume = undefined;
        resolve();
      };
      if (this.#isSet) this.#resume();
    });
  }
}
