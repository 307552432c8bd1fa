/** Where a cache keeps its second tier and its bus, and for how long it keeps a value. */
export interface PeerSettings {
  readonly redisUrl: string;
  readonly ttlMs: number;
  /** Entries in the process. */
  readonly maxEntries: number;
  /** Called with each key that the process drops because another one invalidated it, once it is gone. Only `withBus`. */
  readonly onEvicted?: (key: string) => void;
}

/** One cache of one process. Values are whatever JSON can say. */
export interface OpenPeer {
  /** The value of a key, loaded where no tier has it. */
  get(key: string, load: () => Promise<unknown>): Promise<unknown>;
  /** Forgets the key, in every process as far as the library can. */
  invalidate(key: string): Promise<unknown>;
  /** What the process itself holds, at once; only where the library has such a read. */
  peek?(key: string): unknown;
  close(): Promise<void>;
}

/** A cache library with the options that its own documentation gives for several processes. */
export interface CachePeer {
  readonly name: string;
  /** Whether processes hear what others invalidate. Else what a process holds ends with its time to live. */
  readonly withBus: boolean;
  open(settings: PeerSettings): Promise<OpenPeer>;
}

/** Host and port of a `redis://` address, for libraries that want them apart. */
export function hostAndPort(redisUrl: string): { host: string; port: number } {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}
