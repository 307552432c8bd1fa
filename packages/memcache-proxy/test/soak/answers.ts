/**
 * How a write was answered: `done`; `refused` by its own condition, such as NOT_STORED or 412; `lost`, when the
 * client does not know; or the code of the error.
 */
export type WriteAnswer = 'done' | 'refused' | 'lost' | `ERR_${string}`;

/** What is known of a write. `unknown`: it may have been carried out, or may still be. `unsent`: it never will be. */
export type WriteState = 'pending' | 'done' | 'unsent' | 'unknown';

const STATES: Readonly<Record<string, WriteState>> = {
  done: 'done',
  refused: 'unsent',
  lost: 'unknown',
  // What the README says of each.
  ERR_MEMCACHE_PROXY_HOOK_FAILED: 'done',
  ERR_MEMCACHE_PROXY_WRITE_BUSY: 'unsent',
  ERR_MEMCACHE_PROXY_WRITE_REFUSED: 'unsent',
  ERR_MEMCACHE_PROXY_READ_ONLY: 'unsent',
  // Of a write on a condition: the value to compare with could not be read.
  ERR_MEMCACHE_PROXY_READ_FAILED: 'unsent',
  ERR_MEMCACHE_PROXY_WRITE_UNKNOWN: 'unknown',
  ERR_MEMCACHE_PROXY_PARTIAL_DELETE: 'unknown',
};

/** What the answer says of the write; undefined when no write may be answered so. */
export function stateOf(answer: WriteAnswer): WriteState | undefined {
  return STATES[answer];
}
