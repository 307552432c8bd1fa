/** The keys that are in a lane, each as often as there are requests on it. */
export class KeysInFlight {
  readonly #counts = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
  }

  /** True when any of the keys occurs in the text or in the bytes. */
  occurIn(text: string, bytes: Buffer | undefined): boolean {
    for (const key of this.#counts.keys()) {
      if (text.includes(key) || bytes?.includes(key, 0, 'latin1') === true) return true;
    }
    return false;
  }
}
