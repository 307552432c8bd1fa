import type { RingOptions } from '@lockstep/hashring';

/** What may become of the keys of a node that is down; `gutter` sends them to the pool of that name. */
export const failovers = ['none', 'miss', 'sequence', 'eject', 'gutter'] as const;

/** Name of the pool that a region has as `pool`. */
export const mainPoolName: string = 'main';

/** One memcached server of a pool. It has the shape that a ring takes: `host` is what gets hashed. */
export interface PoolNode {
  /** Unique in its pool. */
  readonly name: string;
  /** `host:port` or the path of a unix socket, as the file has it. */
  readonly address: string;
  /** Host name, IPv4, IPv6 without brackets, or the absolute path of a unix socket. */
  readonly host: string;
  /** Absent for a unix socket. */
  readonly port?: number;
  /** Share of the keys, a positive integer. */
  readonly weight: number;
  /** What is hashed in place of host and port, such as twemproxy's server name. */
  readonly label?: string;
}

/** One memcached pool of a region. */
export interface RegionPool {
  /** Name of the algorithm that places the keys. */
  readonly hash: string;
  /** What `createRing` takes besides the nodes. Absent for ketama as it is. */
  readonly ring?: RingOptions;
  readonly nodes: readonly PoolNode[];
  /** What becomes of the keys of a node that is down. @default 'none' */
  readonly failover?: (typeof failovers)[number];
  /** Name of the pool for `failover: gutter`. */
  readonly gutter?: string;
  /** Longest time to live of what is stored in place of a node that is down. @default 10 */
  readonly failoverTtlSeconds?: number;
  /** What a node does before it serves again. @default that of the pool */
  readonly onReturn?: 'flush' | 'keep';
  /** Milliseconds that a call may take. @default 1000 */
  readonly timeoutMs?: number;
  /** Milliseconds in which a connection must be made. @default 1000 */
  readonly connectTimeoutMs?: number;
  /** `binary`: keys may be any bytes, because the meta commands of some region's proxies take such. @default 'text' */
  readonly keys?: 'text' | 'binary';
}

/** The part of a region that says which pools it has. */
export interface PoolsOfRegion {
  readonly pool: RegionPool;
  readonly pools?: ReadonlyMap<string, RegionPool>;
}

/** Every pool of a region by name; the default one, named `main`, first. */
export function poolsOf({ pool, pools }: PoolsOfRegion): ReadonlyMap<string, RegionPool> {
  return new Map([[mainPoolName, pool], ...(pools ?? [])]);
}
