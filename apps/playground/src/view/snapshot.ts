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

/** The queue of one region, as of one moment. */
export interface QueueSnapshot {
  readonly region: string;
  readonly queue: string;
  /** Undefined while nobody leads, or no consumer answers. */
  readonly leader: { readonly name: string; readonly term: number } | undefined;
  /** Messages that the sink accepted. */
  readonly accepted: number;
  readonly waiting: number | undefined;
}

/** Everything that the live view shows. */
export interface Snapshot {
  readonly links: readonly LinkSnapshot[];
  readonly pools: readonly PoolSnapshot[];
  readonly queues: readonly QueueSnapshot[];
}
