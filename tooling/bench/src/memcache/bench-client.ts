import type { Params } from '../harness/bench-case.ts';

/** What a client read. */
export type Read = { readonly length: number } | null | undefined;

/** A memcached client, as far as it is measured. */
export interface BenchClient extends AsyncDisposable {
  get(key: string): Promise<Read>;
  /** Rejects when the value was not stored. */
  set(key: string, value: Buffer): Promise<void>;
  getMany(keys: readonly string[]): Promise<readonly Read[]>;
}

/** A client to measure. */
export interface ClientKind {
  readonly name: string;
  open(params: Params): BenchClient;
}
