/** The Redis keys of one shard of a region's journal. One hash tag, so that a Cluster keeps them together. */
export interface JournalKeys {
  /** Stream of blocks: field `b` is the block, `n` the number of operations appended before it. */
  readonly stream: string;
  /** String: how many operations were ever appended. */
  readonly count: string;
  /** String, expiring: the sequence of the last block that the producer appended. */
  readonly producer: (producer: string) => string;
}

/** The keys of `shard` of the journal of `region`. */
export function journalKeys(region: string, shard: number): JournalKeys {
  const tag = `{lockstep:journal:${region}:${shard}}`;
  return {
    stream: `${tag}:stream`,
    count: `${tag}:count`,
    producer: (producer) => `${tag}:producer:${producer}`,
  };
}
