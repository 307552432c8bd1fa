/** How a journal takes writes, by the number that its shipper gives: whole, or less where it has no room. */
export const tiers = ['log', 'deletes', 'keys', 'classes'] as const;

/** One direction between two regions, as of one moment. */
export interface LinkSnapshot {
  readonly from: string;
  readonly to: string;
  /** Undefined while the shipper does not answer. */
  readonly state:
    | {
        readonly lagMs: number;
        readonly queued: number;
        readonly opsPerSecond: number;
        readonly tier: (typeof tiers)[number];
      }
    | undefined;
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

/** The coupons of one region, as of one moment; everything is counted since the start. */
export interface CouponSnapshot {
  readonly region: string;
  /** Name of the process that refreshes them; undefined while nobody does. */
  readonly refresher: string | undefined;
  /** Why there are none; undefined when there are. */
  readonly trouble: string | undefined;
  /** Answers of the proxy, by how they came about. */
  readonly fresh: number;
  readonly stale: number;
  readonly loaded: number;
  readonly failed: number;
  /** Queries that the refreshers sent to the database. */
  readonly sourceCalls: number;
  /** Lists that they stored. */
  readonly refreshes: number;
  /** Rows that were twice in an answer. */
  readonly duplicates: number;
  /** Answers with rows of different moments. */
  readonly torn: number;
}

/** Everything that the live view shows. */
export interface Snapshot {
  readonly links: readonly LinkSnapshot[];
  readonly pools: readonly PoolSnapshot[];
  readonly queues: readonly QueueSnapshot[];
  readonly coupons: readonly CouponSnapshot[];
}
