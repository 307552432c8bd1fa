/** One thing that is measured, and everybody who is measured at it. */
export interface BenchCase {
  /** The bench it belongs to; what is asked for on the command line. */
  readonly bench: string;
  readonly case: string;
  /** What the numbers are, such as `ops/s`. */
  readonly unit: string;
  readonly higherIsBetter: boolean;
  /** Starts what the contestants talk to, once for all of them. */
  prepare(): Promise<Surroundings>;
  /**
   * Whether everybody runs in one process, taking turns: for code without I/O, whose peers are then compiled, cached
   * and collected under the same conditions. @default false: each in a process of its own
   */
  readonly shareProcess?: boolean;
  /**
   * How often everybody warms up: more often where a run does what counts in a small part of its time, for what runs for
   * weeks is compiled long before. @default 1
   */
  readonly warmUpRuns?: number;
  /** Lockstep. */
  readonly subject: Contestant;
  /** What it is compared with. */
  readonly peers: readonly Contestant[];
}

/** The servers of a case. They are pinned to another core than the contestants. */
export interface Surroundings extends AsyncDisposable {
  /** What a contestant must know to reach them. */
  readonly params: Params;
  readonly pids: readonly number[];
}

/** Handed to a contestant in another process, so plain text only. */
export type Params = Readonly<Record<string, string>>;

/** One implementation. */
export interface Contestant {
  readonly name: string;
  /** Connects and fills in what the runs need. */
  open(params: Params): Promise<Runner>;
}

/** An implementation that is ready to be measured. */
export interface Runner extends AsyncDisposable {
  /** Works for about `durationMs` and answers with the number in the unit of the case. */
  run(durationMs: number): Promise<number>;
}

/** A parameter that the surroundings must have set. */
export function requireParam(params: Params, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Error(`the surroundings did not set ${name}`);
  return value;
}
