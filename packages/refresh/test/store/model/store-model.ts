/** What a small model knows of one entry. Time is in minutes. */
export interface ModelEntry {
  readonly ticket: number;
  readonly elements: Map<string, string>;
  readonly loadedAt: number;
  freshUntil: number;
  readonly keptUntil: number;
  readonly validator: string | undefined;
}

/** The rules of an EntryStore, for one key that holds a hash, in the simplest form there is. */
export class StoreModel {
  now = 0;
  highest = 0;
  /** The load that may write. */
  load: { readonly ticket: number; readonly begunAt: number } | undefined;
  #entry: ModelEntry | undefined;

  get entry(): ModelEntry | undefined {
    return this.#entry !== undefined && this.#entry.keptUntil > this.now ? this.#entry : undefined;
  }

  begin(ticket: number): boolean {
    if (ticket < this.highest) return false;
    if (ticket === this.highest) return this.load?.ticket === ticket;
    this.highest = ticket;
    this.load = { ticket, begunAt: this.now };
    return true;
  }

  write(ticket: number, ttl: number, stale: number, next: Pick<ModelEntry, 'elements' | 'validator'>): boolean {
    if (this.load?.ticket !== ticket) return false;
    const { begunAt } = this.load;
    const freshUntil = begunAt + ttl;
    this.#entry = { ...next, ticket, loadedAt: begunAt, freshUntil, keptUntil: freshUntil + stale };
    return true;
  }

  prolong(ticket: number, ttl: number, stale: number, validator: string | undefined): boolean {
    const { entry } = this;
    if (entry === undefined) return false;
    return this.write(ticket, ttl, stale, { elements: entry.elements, validator: validator ?? entry.validator });
  }

  patch(elements: ReadonlyMap<string, string | undefined>): boolean {
    const { entry } = this;
    if (entry === undefined) return false;
    this.load = undefined;
    for (const [id, text] of elements) {
      if (text === undefined) entry.elements.delete(id);
      else entry.elements.set(id, text);
    }
    return true;
  }

  invalidate(how: 'remove' | 'expire'): void {
    this.load = undefined;
    if (how === 'remove') this.#entry = undefined;
    else if (this.#entry !== undefined) this.#entry.freshUntil = Math.min(this.#entry.freshUntil, this.now);
  }
}
