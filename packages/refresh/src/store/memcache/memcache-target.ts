/** What bounds a call. */
export interface MemcacheCall {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What `read` answers. */
export interface MemcacheRead {
  readonly value?: Buffer;
  readonly cas: bigint;
  readonly ttlSeconds: number;
}

/** How a conditional store ended. */
export type MemcacheOutcome = 'stored' | 'not-stored' | 'exists' | 'not-found';

/** The calls that a store makes on a pool or driver of @lockstep/memcache. */
export interface MemcacheTarget {
  readonly capabilities: { readonly cas: boolean };
  /** Another number than before a CAS value was read: the value may stand for something else by now. */
  readonly generation?: number | undefined;
  read(key: string, options?: MemcacheCall): Promise<MemcacheRead>;
  add(key: string, value: Buffer, options?: MemcacheCall & { readonly ttlSeconds?: number }): Promise<MemcacheOutcome>;
  cas(
    key: string,
    value: Buffer,
    cas: bigint,
    options?: MemcacheCall & { readonly ttlSeconds?: number },
  ): Promise<MemcacheOutcome>;
}
