/** One source and shard. */
export interface LaneName {
  readonly source: string;
  readonly shard: number;
}

/** The Redis keys of a lane at a region's receivers: its cursor and token, its holder, its intent. */
export function laneKeys(region: string, { source, shard }: LaneName): [string, string, string] {
  const tag = `{lockstep:replication:${region}:${source}:${shard}}`;
  return [`${tag}:lane`, `${tag}:holder`, `${tag}:intent`];
}
