import { CodedError, type CodedErrorOptions } from '@lockstep/core';

import type { NodeOutcome } from '../pool/node-outcome.ts';

/** Every code that this package rejects with. */
export type MemcacheErrorCode =
  | 'ERR_MEMCACHE_BAD_KEY'
  | 'ERR_MEMCACHE_CLOSED'
  | 'ERR_MEMCACHE_CONNECTION_LOST'
  | 'ERR_MEMCACHE_DECODE'
  | 'ERR_MEMCACHE_NODE_DOWN'
  | 'ERR_MEMCACHE_NOT_A_NUMBER'
  | 'ERR_MEMCACHE_OVERLOADED'
  | 'ERR_MEMCACHE_PARTIAL_BATCH'
  | 'ERR_MEMCACHE_PARTIAL_DELETE'
  | 'ERR_MEMCACHE_PARTIAL_FLUSH'
  | 'ERR_MEMCACHE_PROTOCOL'
  | 'ERR_MEMCACHE_SERVER'
  | 'ERR_MEMCACHE_TIMEOUT'
  | 'ERR_MEMCACHE_UNSUPPORTED'
  | 'ERR_MEMCACHE_VALUE_TOO_LARGE';

/** What a MemcacheError carries besides its code and message. */
export interface MemcacheErrorOptions extends CodedErrorOptions {
  /** What became of each node, for the three `ERR_MEMCACHE_PARTIAL_…` codes. */
  readonly outcomes?: readonly NodeOutcome[];
}

/** The error that everything in this package rejects with, programmer's mistakes aside. Match on `code`. */
export class MemcacheError extends CodedError<MemcacheErrorCode> {
  /** What became of each node, for the three `ERR_MEMCACHE_PARTIAL_…` codes; empty for all others. */
  readonly outcomes: readonly NodeOutcome[];

  constructor(code: MemcacheErrorCode, message: string, options: MemcacheErrorOptions = {}) {
    super(code, message, options);
    this.outcomes = options.outcomes ?? [];
  }
}
