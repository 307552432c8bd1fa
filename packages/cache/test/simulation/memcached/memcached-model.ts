import type { MetaReply, MetaRequest } from '@lockstep/memcache';

interface Item {
  readonly value: Buffer;
  readonly clientFlags: number;
  readonly cas: bigint;
  /** The second of the server in which it goes; Infinity never. */
  readonly endsAt: number;
  /** Made by a lease, and not stored to since. */
  readonly isLease: boolean;
}

const FLAG = /^([a-zA-Z])(.*)$/;

/** The flags of a request by their letters. */
function tokensOf(flags: readonly string[]): Map<string, string> {
  return new Map(flags.map((flag) => FLAG.exec(flag)!).map(([, letter, token]) => [letter!, token!]));
}

/**
 * The meta commands that a shared tier uses, over data in memory: `mg` with `N`, `ms` with `ME`, `C`, `T` and `F`, `md`
 * with `C`. Each is one atomic step. Anything else throws.
 */
export class MemcachedModel {
  readonly #items = new Map<string, Item>();
  readonly #seconds: () => number;
  /** Numbers every store, from the start of the process on. */
  #cas = 0n;

  /** `seconds` is the server's own clock: it counts whole ones. */
  constructor(seconds: () => number) {
    this.#seconds = seconds;
  }

  execute({ command, key, flags, value }: MetaRequest): MetaReply {
    const name = String(key);
    const tokens = tokensOf(flags);
    if (command === 'mg') return this.#get(name, flags, tokens);
    if (command === 'ms') return { status: this.#store(name, value ?? Buffer.alloc(0), tokens), flags: [] };
    if (command === 'md') return { status: this.#delete(name, tokens.get('C')), flags: [] };
    throw new TypeError(`the model does not know ${command}`);
  }

  /** flush_all. */
  clear(): void {
    this.#items.clear();
  }

  keys(): string[] {
    return [...this.#items.keys()].filter((key) => this.#find(key) !== undefined);
  }

  evict(key: string): void {
    this.#items.delete(key);
  }

  #find(key: string): Item | undefined {
    const item = this.#items.get(key);
    if (item === undefined || item.endsAt > this.#seconds()) return item;
    this.#items.delete(key);
    return undefined;
  }

  #put(key: string, item: Omit<Item, 'cas'>): Item {
    const stored = { ...item, cas: ++this.#cas };
    this.#items.set(key, stored);
    return stored;
  }

  #endsAt(ttl: string | undefined): number {
    return ttl === undefined || ttl === '0' ? Infinity : this.#seconds() + Number(ttl);
  }

  #get(key: string, flags: readonly string[], tokens: ReadonlyMap<string, string>): MetaReply {
    const found = this.#find(key);
    const lease = tokens.get('N');
    if (found === undefined && lease === undefined) return { status: 'EN', flags: [] };
    const item =
      found ?? this.#put(key, { value: Buffer.alloc(0), clientFlags: 0, endsAt: this.#endsAt(lease), isLease: true });
    const told = flags.flatMap((flag) => {
      if (flag === 'f') return [`f${item.clientFlags}`];
      if (flag === 'c') return [`c${item.cas}`];
      if (flag === 't') return [`t${item.endsAt === Infinity ? -1 : item.endsAt - this.#seconds()}`];
      return [];
    });
    // Whoever makes a lease wins it; everybody else is told that there is one.
    if (item.isLease) told.push(found === undefined ? 'W' : 'Z');
    return tokens.has('v') ? { status: 'VA', flags: told, value: item.value } : { status: 'HD', flags: told };
  }

  #store(key: string, value: Buffer, tokens: ReadonlyMap<string, string>): MetaReply['status'] {
    const found = this.#find(key);
    const compared = tokens.get('C');
    if (compared !== undefined && found === undefined) return 'NF';
    if (compared !== undefined && found?.cas !== BigInt(compared)) return 'EX';
    if (tokens.get('M') === 'E' && found !== undefined) return 'NS';
    const clientFlags = Number(tokens.get('F') ?? 0);
    this.#put(key, { value, clientFlags, endsAt: this.#endsAt(tokens.get('T')), isLease: false });
    return 'HD';
  }

  #delete(key: string, compared: string | undefined): MetaReply['status'] {
    const found = this.#find(key);
    if (found === undefined) return 'NF';
    if (compared !== undefined && found.cas !== BigInt(compared)) return 'EX';
    this.#items.delete(key);
    return 'HD';
  }
}
