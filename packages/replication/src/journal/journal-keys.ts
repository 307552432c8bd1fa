/** The Redis keys of one shard of a region's journal. One hash tag, so that a Cluster keeps them together. */
export interface JournalKeys {
  /** Stream of blocks: field `b` is the block, `n` the number of operations and `s` that of bytes appended before it. */
  readonly stream: string;
  /** Hash: `operations` and `bytes` ever appended, `floor`, the bytes trimmed away, `confirmed`, the id up to which every receiver has it, `max`, the bound, `dirtyBytes` and `classBytes` of the sets, and `sealed` when it takes no more writes. */
  readonly meta: string;
  /** Set: keys whose operations did not fit into the stream. */
  readonly dirty: string;
  /** Set: prefixes of the classes whose keys did not fit among the dirty ones either; an empty one stands for all keys. */
  readonly classes: string;
  /** String, expiring: the sequence of the last block that the producer appended. */
  readonly producer: (producer: string) => string;
}

/** The keys of `shard` of the journal of `region`. */
export function journalKeys(region: string, shard: number): JournalKeys {
  const tag = shardTag(region, shard);
  return {
    stream: `${tag}:stream`,
    meta: `${tag}:meta`,
    dirty: `${tag}:dirty`,
    classes: `${tag}:classes`,
    producer: (producer) => `${tag}:producer:${producer}`,
  };
}

/** The key of the record of the layouts of a region's journal. */
export function journalShardsKey(region: string): string {
  return `${regionTag(region)}:shards`;
}

/** The key of the lease on shipping `shard` of the journal of `region` to the region `to`. */
export function linkLeaseKey(region: string, shard: number, to: string): string {
  return `${shardTag(region, shard)}:shipper:${to}`;
}

/** The key of the stream over which the shippers of a region call one another. */
export function shipperCallsKey(region: string): string {
  return `${regionTag(region)}:shippers`;
}

function shardTag(region: string, shard: number): string {
  return `{lockstep:journal:${region}:${shard}}`;
}

function regionTag(region: string): string {
  return `{lockstep:journal:${region}}`;
}
