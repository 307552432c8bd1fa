/** Keys of pools that an entry of the spool will delete, as far as this process has spooled them. */
export class OwedKeys {
  readonly #tickets = new Map<string, string>();
  readonly #maxKeys: number;

  /** @param maxKeys beyond which the one that was spooled longest ago is forgotten. */
  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#tickets.size;
  }

  /** @param turn the bytes of the key, one character each. */
  note(pool: string, turn: string, ticket: string): void {
    const name = nameOf(pool, turn);
    this.#tickets.delete(name);
    this.#tickets.set(name, ticket);
    if (this.#tickets.size <= this.#maxKeys) return;
    const [oldest] = this.#tickets.keys();
    this.#tickets.delete(oldest!);
  }

  /** The ticket of the newest entry of the key. */
  ticketOf(pool: string, turn: string): string | undefined {
    return this.#tickets.get(nameOf(pool, turn));
  }

  /** Forgets a key, unless an entry came since. */
  settle(pool: string, turn: string, ticket: string): void {
    const name = nameOf(pool, turn);
    if (this.#tickets.get(name) === ticket) this.#tickets.delete(name);
  }
}

function nameOf(pool: string, turn: string): string {
  return `${pool}\n${turn}`;
}
