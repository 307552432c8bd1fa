import type { DeleteSpool, ProofOutcome, StoreProof } from '../../src/backend/delete-spool.ts';

/** An entry of a MemorySpool. */
export interface MemoryEntry {
  readonly pool: string;
  readonly key: string;
  readonly ticket: number;
}

/** The spool's rules for proofs and claims, in memory. Everything takes a turn of the event loop. */
export class MemorySpool implements DeleteSpool {
  readonly #entries = new Map<number, MemoryEntry>();
  readonly #marks = new Map<
    string,
    { readonly kind: 'proof' | 'claim'; readonly ticket: number; readonly cas: bigint }
  >();
  #lastTicket = 0;

  get size(): number {
    return this.#entries.size;
  }

  async add({ pool, key }: { readonly pool: string; readonly key: Buffer }): Promise<string> {
    await turn();
    const ticket = ++this.#lastTicket;
    this.#entries.set(ticket, { pool, key: key.toString(), ticket });
    return String(ticket);
  }

  async keep({ pool, key, ticket, cas }: StoreProof): Promise<ProofOutcome> {
    await turn();
    const name = `${pool}\n${key.toString()}`;
    if (!this.#entries.has(Number(ticket))) return 'gone';
    const mark = this.#marks.get(name);
    if (mark?.kind === 'claim' && mark.cas === cas) return 'claimed';
    this.#marks.set(name, { kind: 'proof', ticket: Number(ticket), cas });
    return 'kept';
  }

  /** True when the value stays. */
  claim({ pool, key, ticket }: MemoryEntry, cas: bigint): boolean {
    const name = `${pool}\n${key}`;
    const mark = this.#marks.get(name);
    const isProven = mark?.kind === 'proof' && mark.ticket >= ticket;
    if (!this.#entries.has(ticket) || (isProven && mark.cas === cas)) return true;
    if (!isProven) this.#marks.set(name, { kind: 'claim', ticket, cas });
    return false;
  }

  /** The entries of a key, in order. */
  entriesOf(key: string): MemoryEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.key === key);
  }

  remove({ pool, key, ticket }: MemoryEntry): void {
    const name = `${pool}\n${key}`;
    this.#entries.delete(ticket);
    if ((this.#marks.get(name)?.ticket ?? Infinity) <= ticket) this.#marks.delete(name);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
