/** One source and shard. */
export interface LaneName {
  readonly source: string;
  readonly shard: number;
}

/** The Redis keys of a lane at a region's receivers: its cursor and token, its holder, its intent. */
export function laneKeys(region: string, lane: LaneName): [string, string, string] {
  const tag = tagOf(region, lane);
  return [`${tag}:lane`, `${tag}:holder`, `${tag}:intent`];
}

/** The Redis key of what others have overwritten of a lane before it came; on the node of its cursor, so that both are lost together. */
export function overtakenKey(region: string, lane: LaneName): string {
  return `${tagOf(region, lane)}:overtaken`;
}

function tagOf(region: string, { source, shard }: LaneName): string {
  return `{lockstep:replication:${region}:${source}:${shard}}`;
}
