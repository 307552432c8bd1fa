import type { Item, Key } from '@lockstep/memcache';

import type { MemcacheProxyError } from '../../../memcache-proxy-error.ts';

/** What the operations of a batch are called; their place is their number in the binary form, and never changes. */
export const BATCH_VERBS = [
  'none',
  'get',
  'set',
  'add',
  'replace',
  'append',
  'prepend',
  'cas',
  'delete',
  'touch',
  'incr',
  'decr',
] as const;

/** What one operation of a batch does. */
export type BatchVerb = Exclude<(typeof BATCH_VERBS)[number], 'none'>;

/** One operation of a batch. */
export interface BatchOp {
  readonly verb: BatchVerb;
  /** As the client named it. */
  readonly key: Key;
  readonly value: Buffer;
  readonly flags: number;
  /** Seconds from now; 0 for ever. */
  readonly ttl: number;
  /** The CAS value of `cas`, the amount of `incr` and `decr`. */
  readonly number: bigint;
}

/** What the outcomes of a batch are called; their place is their number in the binary form, and never changes. */
export const BATCH_STATUSES = ['hit', 'miss', 'done', 'not-stored', 'exists', 'not-found', 'count', 'error'] as const;

/** How one operation ended. */
export type BatchOutcome =
  | { readonly status: 'hit'; readonly item: Item }
  | { readonly status: 'miss' | 'done' | 'not-stored' | 'exists' | 'not-found' }
  | { readonly status: 'count'; readonly count: bigint }
  | { readonly status: 'error'; readonly error: MemcacheProxyError };

/** Verbs that send a value. */
export function hasValue(verb: BatchVerb): boolean {
  return BATCH_VERBS.indexOf(verb) >= 2 && BATCH_VERBS.indexOf(verb) <= 7;
}
