/** What a row holds: its version says which write it is from. */
export interface Row {
  readonly key: string;
  readonly version: number;
}

/** The truth behind the caches: rows with versions, each write one more. */
export class Database {
  readonly #versions = new Map<string, number>();

  read(key: string): Row {
    return { key, version: this.version(key) };
  }

  version(key: string): number {
    return this.#versions.get(key) ?? 1;
  }

  /** Commits the next version of a row. */
  write(key: string): number {
    const version = this.version(key) + 1;
    this.#versions.set(key, version);
    return version;
  }
}
