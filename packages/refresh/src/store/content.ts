/** How an entry is kept, and therefore which parts of it can be read alone. */
export type Shape = 'value' | 'hash' | 'list' | 'zset';

/** One member of a sorted set. */
export interface Scored {
  readonly member: Buffer;
  /** A finite number. */
  readonly score: number;
}

/** The encoded content of a whole entry, or of the part that was asked for. */
export type Content =
  | { readonly shape: 'value'; readonly value: Buffer }
  /** Elements by primary key, in the order in which the source gave them. */
  | { readonly shape: 'hash'; readonly elements: ReadonlyMap<string, Buffer> }
  | { readonly shape: 'list'; readonly elements: readonly Buffer[] }
  /** In ascending order of score, then of bytes. */
  | { readonly shape: 'zset'; readonly elements: readonly Scored[] };

/** What of an entry is read. */
export type Part =
  | { readonly kind: 'whole' }
  /** One element of a hash. */
  | { readonly kind: 'element'; readonly id: string }
  /** Elements from `offset` (0 is the first), at most `limit`, of a hash, a list or a sorted set. */
  | { readonly kind: 'page'; readonly offset: number; readonly limit: number };

/** The least that can be read of an entry to see how fresh it is. */
export function leastPartOf(shape: Shape): Part {
  return shape === 'value' ? { kind: 'whole' } : { kind: 'page', offset: 0, limit: 1 };
}
