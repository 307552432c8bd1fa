/** The Redis keys of one part of a region's table of versions. One hash tag, so that a Cluster keeps them together. */
export interface VersionKeys {
  /** Hash: what is known of a key, by key; the newer ones. */
  readonly newer: string;
  /** Hash: the same, of the keys that were noted before `newer` was begun. */
  readonly older: string;
  /** Hash: `from`, the moment since when every key is known, `bornAt` of `newer`, `bytes` in it, `token`, and how far each lane has begun. */
  readonly meta: string;
  /** Hash: keys whose value in this region may be older than it should be, each with a token. */
  readonly suspects: string;
}

/** Parts of the table, each for its share of the keys; never changed, unlike the shards of a journal. */
export const VERSION_PARTS = 16;

/** The keys of a part of the table of `region`. */
export function versionKeys(region: string, part: number): VersionKeys {
  const tag = `{lockstep:versions:${region}:${part}}`;
  return { newer: `${tag}:newer`, older: `${tag}:older`, meta: `${tag}:meta`, suspects: `${tag}:suspects` };
}
