/**
 * What the writes to a class of keys do in the other regions: `invalidate` deletes the key there,
 * `replicate` writes the value there, `none` does nothing there.
 */
export type ClassPolicy = 'invalidate' | 'replicate' | 'none';

/** A class of keys: all that start with its prefix and with no longer one. */
export interface KeyClass {
  /** Compared with the UTF-8 bytes of keys. */
  readonly prefix: string;
  readonly policy: ClassPolicy;
}

/** Where something listens. */
export interface ListenAddress {
  /** Host name, IPv4, or IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port` as the file has it. */
  readonly text: string;
}

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
}

/** One region: its Redis, its memcached pool, and where its apps listen. */
export interface Region {
  readonly name: string;
  /** `redis://` or `rediss://`, never with a password. */
  readonly redis: string;
  /** `host:port` of the Redis, for messages. */
  readonly redisAddress: string;
  readonly pool: { readonly hash: 'ketama'; readonly nodes: readonly PoolNode[] };
  readonly proxy: { readonly http: ListenAddress; readonly memcached: ListenAddress };
  readonly shipper: { readonly http: ListenAddress };
  readonly receiver: {
    readonly http: ListenAddress;
    /** How other regions reach the receiver. */
    readonly url: string;
  };
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
