import type { KeyWrite } from './write-key.ts';

/** The apps of a region. */
export const roleNames = ['proxy', 'shipper', 'receiver'] as const;
export type RoleName = (typeof roleNames)[number];

/** Where the parts of a region are; addresses are `host:port`. */
export interface RegionPlace {
  readonly name: string;
  readonly redisUrl: string;
  /** The nodes of its pool, in the order of the ring. */
  readonly memcacheds: readonly string[];
  /** Where other regions send to: the wire in front of its receivers. */
  readonly receiverUrl: string;
  /** A port for each process of each role, and one for the other face of the proxy. */
  readonly ports: Readonly<Record<RoleName | 'text', readonly number[]>>;
}

/** One process to start. */
export interface AppPlan {
  readonly role: RoleName;
  readonly index: number;
  readonly region: RegionPlace;
  readonly regions: readonly RegionPlace[];
  /** A directory for its files. */
  readonly directory: string;
}

/**
 * A way to carry writes between regions. Its proxy takes `PUT` and `DELETE /v1/cache/KEY`, and every app answers
 * `/readyz`.
 */
export interface Design {
  readonly name: string;
  /** How many memcached servers the pool of a region has; keys are spread over them as PECL memcache does. */
  readonly nodes: number;
  /** How many processes of a role a region has. */
  count(role: RoleName, region: string): number;
  /** The arguments for `node`. */
  command(plan: AppPlan): readonly string[];
  /** The arguments for `node` that have the journal of a region changed to another number of shards, where it can be. */
  reshardCommand?(plan: Pick<AppPlan, 'region' | 'directory'>, shards: number): readonly string[];
  /** Variables for all of its apps. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether keys may be written in several regions at once. */
  readonly hasSharedKeys: boolean;
  /** Whether all that is written arrives, so that what is written last tells that everything has. */
  readonly isLossless: boolean;
  /** Places in its code where a process can be made to end or to stand still. */
  readonly failPoints: readonly FailPoint[];
  /**
   * Takes the write of a row, with its version, that the caches of the region have; whether it was confirmed. A design without
   * it has rows written as all keys are.
   */
  readonly ingest?: (region: RegionPlace, write: KeyWrite) => Promise<boolean>;
  /** What Redis holds of the writes of a region that have not been applied in all others. */
  held(region: RegionPlace): Promise<Held>;
  /** How many writes of a region have not been applied in all others, as far as the design knows. */
  queued(region: RegionPlace): Promise<number>;
}

/** What is held of writes, wherever they wait. */
export interface Held {
  readonly bytes: number;
  /** Bytes of the largest piece of it. */
  readonly largest: number;
  /** Streams or lists that it is in. */
  readonly streams: number;
}

/** A place in the code of an app: beside one Redis command. */
export interface FailPoint {
  readonly role: RoleName;
  /** The name of a script in `packages/replication/src`, or of a command. */
  readonly command: string;
  readonly when: 'before' | 'after';
}
