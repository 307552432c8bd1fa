import { checkPositive } from '../check-positive.ts';
import { type Clock, systemClock } from '@lockstep/core';

import type { Backend } from '../backend/backend.ts';

/** What the memcached face is made of. */
export interface MemcacheServerOptions {
  /** You own it, and the pool behind it. */
  readonly backend: Backend;
  /** Larger values are skipped and refused. @default 1048576 */
  readonly maxValueBytes?: number;
  /** A longer line that is not a `get` closes the connection. @default 2048 */
  readonly maxLineBytes?: number;
  /** A longer `get` line closes the connection. @default 262144 */
  readonly maxReadLineBytes?: number;
  /** Bytes under way on a connection, above which it takes no more requests. @default 1048576 */
  readonly maxPendingBytes?: number;
  /**
   * A client that in so many milliseconds takes neither what it is owed nor `maxPendingBytes` of it is cut off.
   *
   * @default 30000
   */
  readonly slowClientTimeoutMs?: number;
  /** A client that sends nothing for so many milliseconds is cut off. @default Infinity, as in memcached */
  readonly idleTimeoutMs?: number;
  /** Further clients are told `ERROR Too many open connections`. @default 16384 */
  readonly maxConnections?: number;
  /** How long `close` waits for replies that are under way, in milliseconds. @default 5000 */
  readonly drainTimeoutMs?: number;
  /** What `version` answers; clients look at it for features. @default '1.6.18' */
  readonly version?: string;
  /** Whether a client may drop everything on every node. @default 'refuse' */
  readonly flushAll?: 'refuse' | 'allow';
  /**
   * Which keys meta commands may bring in base64. With `binary` any bytes; then every pool that is to hear of the
   * writes, in every region, must be made with `keys: 'binary'`, or it cannot carry them out.
   *
   * @default 'text'
   */
  readonly metaKeys?: 'text' | 'binary';
  /** @default systemClock */
  readonly clock?: Clock;
}

/** The options with their defaults. */
export type ResolvedServerOptions = Required<MemcacheServerOptions>;

/**
 * The options with their defaults.
 *
 * @throws RangeError when a limit is not a positive integer, TypeError for a word that is none of those above.
 */
export function resolveServerOptions(options: MemcacheServerOptions): ResolvedServerOptions {
  const limits = {
    maxValueBytes: options.maxValueBytes ?? 1_048_576,
    maxLineBytes: options.maxLineBytes ?? 2048,
    maxReadLineBytes: options.maxReadLineBytes ?? 262_144,
    maxPendingBytes: options.maxPendingBytes ?? 1_048_576,
    slowClientTimeoutMs: options.slowClientTimeoutMs ?? 30_000,
    maxConnections: options.maxConnections ?? 16_384,
    drainTimeoutMs: options.drainTimeoutMs ?? 5000,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer, got ${value}`);
  }
  const { idleTimeoutMs = Infinity, flushAll = 'refuse', metaKeys = 'text', version = '1.6.18' } = options;
  checkPositive({ idleTimeoutMs });
  if (flushAll !== 'refuse' && flushAll !== 'allow')
    throw new TypeError(`flushAll must be 'refuse' or 'allow', got ${String(flushAll)}`);
  if (metaKeys !== 'text' && metaKeys !== 'binary')
    throw new TypeError(`metaKeys must be 'text' or 'binary', got ${String(metaKeys)}`);
  if (!/^[\x21-\x7e]+$/.test(version)) throw new TypeError('version must be one word of printable ASCII');
  return {
    ...limits,
    backend: options.backend,
    idleTimeoutMs,
    flushAll,
    metaKeys,
    version,
    clock: options.clock ?? systemClock,
  };
}
