import type { MemcacheProxyErrorCode } from '../../memcache-proxy-error.ts';

/** How often each guard acted since it was registered; all of them only grow. */
export interface GuardCounts {
  /** 403: banned, or not on the list of those allowed. */
  readonly banned: number;
  /** 401: no token, or one that is not known or over. */
  readonly unauthorized: number;
  /** 403: a token without the scope or the key. */
  readonly forbidden: number;
  /** 429. */
  readonly rateLimited: number;
  /** 503: load shed. */
  readonly overloaded: number;
  /** Checks of a limit that Redis did not answer, or was not asked while it was known to be away. */
  readonly limitsAway: number;
  /** Reads of the ban store that failed. */
  readonly banStoreFailures: number;
}

/** What the guards count on. */
export type MutableGuardCounts = { -readonly [Name in keyof GuardCounts]: GuardCounts[Name] };

/** All at 0. */
export function createGuardCounts(): MutableGuardCounts {
  return {
    banned: 0,
    unauthorized: 0,
    forbidden: 0,
    rateLimited: 0,
    overloaded: 0,
    limitsAway: 0,
    banStoreFailures: 0,
  };
}

const COUNT_OF: Partial<Record<MemcacheProxyErrorCode, keyof GuardCounts>> = {
  ERR_MEMCACHE_PROXY_BANNED: 'banned',
  ERR_MEMCACHE_PROXY_UNAUTHORIZED: 'unauthorized',
  ERR_MEMCACHE_PROXY_FORBIDDEN: 'forbidden',
  ERR_MEMCACHE_PROXY_RATE_LIMITED: 'rateLimited',
  ERR_MEMCACHE_PROXY_OVERLOADED: 'overloaded',
};

/** Counts a refusal by its code. */
export function countRefusal(counts: MutableGuardCounts, code: MemcacheProxyErrorCode): void {
  const name = COUNT_OF[code];
  if (name !== undefined) counts[name] += 1;
}
