import type { Params } from '../harness/bench-case.ts';

/**
 * A memcached client, as far as it is measured. Its calls answer what the client itself answers, so that nothing
 * stands between it and the clock; what an answer says is asked afterwards.
 */
export interface BenchClient extends AsyncDisposable {
  get(key: string): Promise<unknown>;
  /** The length of the value that a `get` answered with. */
  lengthOf(answer: unknown): number | undefined;
  /** Rejects, or answers with what `isStored` knows. */
  set(key: string, value: Buffer): Promise<unknown>;
  isStored(answer: unknown): boolean;
  getMany(keys: readonly string[]): Promise<unknown>;
  /** The lengths of the values that a `getMany` of these keys answered with. */
  lengthsOf(answer: unknown, keys: readonly string[]): (number | undefined)[];
}

/** A client to measure. */
export interface ClientKind {
  readonly name: string;
  open(params: Params): BenchClient;
}
