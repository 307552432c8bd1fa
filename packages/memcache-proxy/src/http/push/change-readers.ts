/** Bounds how many clients read the log by themselves at once; the others wait in line. */
export class ChangeReaders {
  readonly #max: number;
  readonly #line = new Set<() => void>();
  #active = 0;

  constructor(max: number) {
    if (!(Number.isInteger(max) && max >= 1)) throw new RangeError(`maxReaders must be a positive integer, got ${max}`);
    this.#max = max;
  }

  /**
   * Resolves when it is this one's turn, with what ends it.
   *
   * @throws the signal's reason.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#active >= this.#max) {
      await new Promise<void>((resolve, reject) => {
        const go = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          this.#line.delete(go);
          reject(signal.reason);
        };
        this.#line.add(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    } else {
      this.#active++;
    }
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const [next] = this.#line;
      if (next === undefined) {
        this.#active--;
        return;
      }
      // The place passes on without ever being free.
      this.#line.delete(next);
      next();
    };
  }
}
