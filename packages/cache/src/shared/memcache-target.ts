/** What bounds a call of a pool. */
export interface MemcacheCall {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a pool's `read` answers. */
export interface MemcacheRead {
  readonly status: 'hit' | 'stale' | 'miss' | 'unchanged';
  readonly value?: Buffer;
  readonly flags: number;
  readonly cas: bigint;
  readonly ttlSeconds: number;
  readonly mustRefresh: boolean;
  readonly isRefreshing: boolean;
}

/** How a conditional store ended. */
export type MemcacheOutcome = 'stored' | 'not-stored' | 'exists' | 'not-found';

/** The calls that are made on a pool or driver of @lockstep/memcache. */
export interface MemcacheTarget {
  /** True for a pool that serves keys elsewhere while their node is down. */
  readonly diverts?: boolean;
  /** Another number than before a CAS value was read: the value may stand for something else by now. */
  readonly generation?: number | undefined;
  readonly capabilities: { readonly lease: boolean; readonly cas: boolean; readonly meta: boolean };
  read(key: string, options?: MemcacheCall & { readonly leaseSeconds?: number }): Promise<MemcacheRead>;
  add(
    key: string,
    value: Buffer | string,
    options?: MemcacheCall & { readonly ttlSeconds?: number },
  ): Promise<MemcacheOutcome>;
  cas(
    key: string,
    value: Buffer | string,
    cas: bigint,
    options?: MemcacheCall & { readonly ttlSeconds?: number; readonly flags?: number },
  ): Promise<MemcacheOutcome>;
  delete(key: string, options?: MemcacheCall): Promise<boolean>;
  meta(
    request: { readonly command: 'md'; readonly key: string; readonly flags: readonly string[] },
    options?: MemcacheCall,
  ): Promise<{ readonly status: string }>;
}

/** The longest time to live that memcached takes as seconds from now. */
export const maxTtlSeconds: number = 30 * 24 * 60 * 60;

/** A time to live in whole seconds, rounded up: 1 at least, 30 days at most. */
export function ttlSecondsOf(ms: number): number {
  return Math.min(maxTtlSeconds, Math.max(1, Math.ceil(ms / 1000)));
}

/** Deletes an item if nobody has written to it since `cas` was read. Resolves with true when it did. */
export async function deleteUnchanged(
  target: MemcacheTarget,
  key: string,
  cas: bigint,
  call: MemcacheCall,
): Promise<boolean> {
  const { status } = await target.meta({ command: 'md', key, flags: [`C${cas}`] }, call);
  return status === 'HD';
}
