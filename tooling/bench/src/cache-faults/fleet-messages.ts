/** One change of a row: the database first, then the cache. */
export interface Change {
  readonly key: string;
  /** The version that the row has since. */
  readonly version: number;
  /** When the cache had said that it is done, on the clock of the machine. */
  readonly at: number;
}

/** One read through the cache. */
export interface Read {
  readonly key: string;
  /** What the reader got; undefined where the read failed or hung. */
  readonly version: number | undefined;
  /** When he asked, on the clock of the machine. */
  readonly at: number;
}

/** Something to do at a moment, in milliseconds after the start. */
export interface PlannedStep {
  readonly key: string;
  readonly afterMs: number;
  /** A read whose loader takes so long after it has read the row, or a change. */
  readonly loadMs: number | undefined;
}

/** What a node of the fleet can be asked, and what it answers. */
export interface NodeCalls {
  /** Reads each key once. */
  readAll(keys: readonly string[]): Promise<Read[]>;
  /** Reads keys in turns, so many a second, until `stopReading`. */
  startReading(keys: readonly string[], ratePerSecond: number): Promise<void>;
  stopReading(): Promise<Read[]>;
  /** Changes each key once, evenly over a time. An invalidation that fails is tried again, as an app would. */
  change(keys: readonly string[], overMs: number): Promise<Change[]>;
  /** Does the steps of a plan, each at its moment, counted from `startAt` on the clock of the machine. */
  play(plan: readonly PlannedStep[], startAt: number): Promise<void>;
  /** Asks for one key many times at once; its loader takes so long. */
  crowd(key: string, gets: number, loadMs: number): Promise<void>;
  /** Invalidates keys at a rate; the rows stay as they are. */
  invalidate(keys: readonly string[], ratePerSecond: number): Promise<void>;
  /** How often the loader ran since the last time this was asked. */
  takeLoads(): Promise<number>;
}

/** A call on its way to the process of a node. */
export interface NodeRequest {
  readonly id: number;
  readonly call: keyof NodeCalls;
  readonly args: readonly unknown[];
}

/** Its answer; `id` 0 says that the node is ready. */
export interface NodeAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** What a node is told when it starts. */
export interface NodeSettings {
  readonly library: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
}
