import type { ConsumerRegion } from './consumer-topology.ts';
import type { RegionPool } from './pool-topology.ts';
import type { ProxyRegion } from './proxy-topology.ts';
import type { RefreshRegion } from './refresh-topology.ts';
import type { JournalRegion } from './sections/journal-section.ts';
import type { ReceiverRegion } from './sections/receiver-section.ts';
import type { ShipperRegion } from './sections/shipper-section.ts';
import type { VersionsRegion } from './sections/versions-section.ts';

/**
 * What the writes to a class of keys do in the other regions: `invalidate` deletes the key there,
 * `replicate` writes the value there, `replicate-versioned` does so where the version of the row is greater than that
 * of what is there, `none` does nothing there.
 */
export type ClassPolicy = 'invalidate' | 'replicate' | 'replicate-versioned' | 'none';

/** A class of keys: all that start with its prefix and with no longer one. */
export interface KeyClass {
  /** Compared with the UTF-8 bytes of keys. */
  readonly prefix: string;
  readonly policy: ClassPolicy;
  /** Names of the pools that its keys live in; every region has them. @default [main] */
  readonly pools?: readonly string[];
  /** Which of its pools are read. @default 'first' */
  readonly reads?: 'first' | 'miss-failover' | 'fastest';
  /** Which of its pools must confirm a write. @default 'all' */
  readonly writes?: 'all' | 'first-success' | 'async';
  /** A shorter time to live becomes this one. */
  readonly minTtlSeconds?: number;
  /** A longer time to live, and none at all, becomes this one. */
  readonly maxTtlSeconds?: number;
  /** Refuses writes. @default false */
  readonly readOnly?: boolean;
  /** Name of a pool that is given copies of the calls; nobody waits for it. */
  readonly shadow?: string;
}

/** One region: its Redis, its memcached pools, and where its apps listen. */
export interface Region {
  readonly name: string;
  /** `redis://` or `rediss://`, never with a password. */
  readonly redis: string;
  /** `host:port` of the Redis, for messages. */
  readonly redisAddress: string;
  /** The default pool; classes call it `main`. */
  readonly pool: RegionPool;
  /** The other pools by name. */
  readonly pools?: ReadonlyMap<string, RegionPool>;
  readonly proxy: ProxyRegion;
  readonly shipper: ShipperRegion;
  readonly receiver: ReceiverRegion;
  /** What its journal may hold. @default as of `createJournal` */
  readonly journal?: JournalRegion;
  /** What it knows of the versions of rows. @default as of `createReceiver` */
  readonly versions?: VersionsRegion;
  /** The queues that are consumed in this region. */
  readonly consumer?: ConsumerRegion;
  /** The sources of time-limited data that are refreshed in this region. */
  readonly refresh?: RefreshRegion;
}

/** One direction between two regions. */
export interface Link {
  readonly from: string;
  readonly to: string;
  /** URL of the receiver of `to`. */
  readonly url: string;
}

/** The whole house: every region, and what writes do. Read by every app from one file. */
export interface Topology {
  /** The file it came from, for messages. */
  readonly file: string;
  readonly version: 1;
  /** By name, in the order of the file. */
  readonly regions: ReadonlyMap<string, Region>;
  readonly classes: readonly KeyClass[];
}
