/** One direction between two regions, as of one moment. */
export interface LinkSnapshot {
  readonly from: string;
  readonly to: string;
  /** Undefined while the shipper does not answer. */
  readonly state: { readonly lagMs: number; readonly queued: number; readonly opsPerSecond: number } | undefined;
}

/** The memcached nodes of one region, as of one moment. */
export interface PoolSnapshot {
  readonly region: string;
  readonly nodes: number;
  readonly nodesUp: number;
  readonly items: number;
  /** Hits of all reads since the nodes started, 0 to 1; undefined before the first read. */
  readonly hitRatio: number | undefined;
}

/** Everything that the live view shows. */
export interface Snapshot {
  readonly links: readonly LinkSnapshot[];
  readonly pools: readonly PoolSnapshot[];
}
