/** Where it lives, and how long what it holds is fresh. */
export interface RefreshSettings {
  readonly redisUrl: string;
  readonly ttlMs: number;
  /** A read that finds less than this left starts a refresh. */
  readonly refreshBelowMs: number;
  /** Asks the source. */
  readonly load: (id: string) => Promise<unknown>;
}

/** One process's way to time-limited data. */
export interface OpenRefresh {
  read(id: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A library that serves what it holds while it is loaded anew, with the options of its own documentation. */
export interface RefreshPeer {
  readonly name: string;
  open(settings: RefreshSettings): Promise<OpenRefresh>;
}
