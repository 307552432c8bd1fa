/** What was promised of one key, in the order of time: it is asked once everything has arrived. */
export class Timeline {
  readonly #moments: { readonly at: number; readonly version: number }[] = [];
  #isSorted = true;

  add(at: number, version: number): void {
    this.#moments.push({ at, version });
    this.#isSorted = false;
  }

  /** When, before `until`, a newer version than this one was promised for the first time. */
  newerThan(version: number, until: number): { readonly at: number; readonly version: number } | undefined {
    this.#sort();
    // Versions grow from one moment to the next.
    let [from, to] = [0, this.#moments.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#moments[middle]!.version > version) to = middle;
      else from = middle + 1;
    }
    const found = this.#moments[from];
    return found !== undefined && found.at < until ? found : undefined;
  }

  /** The newest version of all. */
  get newest(): number {
    this.#sort();
    return this.#moments.at(-1)?.version ?? 0;
  }

  /** Leaves the moments at which there was something newer than ever before. */
  #sort(): void {
    if (this.#isSorted) return;
    this.#isSorted = true;
    const all = this.#moments.toSorted((one, other) => one.at - other.at);
    this.#moments.length = 0;
    let newest = 0;
    for (const moment of all) {
      if (moment.version <= newest) continue;
      newest = moment.version;
      this.#moments.push(moment);
    }
  }
}
