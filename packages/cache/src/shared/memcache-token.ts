/** What a claim on memcached stands on. */
export interface MemcacheToken {
  readonly epoch: string;
  /** The CAS value of the lease or, with an `id`, of the value that is to be replaced. */
  readonly cas: bigint;
  /** The generation of the pool in which it was read. */
  readonly generation: number;
  /** What the item says that keeps others from replacing the value as well. Empty for a lease. */
  readonly id: string;
}

const TOKEN = /^(\w+):(\d+):(\d+):(\w*)$/;

/** A token as text. */
export function formatMemcacheToken({ epoch, cas, generation, id }: MemcacheToken): string {
  return `${epoch}:${cas}:${generation}:${id}`;
}

/** The token of a text; undefined when it is none. */
export function parseMemcacheToken(text: string): MemcacheToken | undefined {
  const found = TOKEN.exec(text);
  if (found === null) return undefined;
  return { epoch: found[1]!, cas: BigInt(found[2]!), generation: Number(found[3]!), id: found[4]! };
}
