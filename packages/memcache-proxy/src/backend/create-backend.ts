import { checkPositive } from '../check-positive.ts';
import { type Clock, systemClock } from '@lockstep/core';

import type { Backend } from './backend.ts';
import type { DeleteSpool } from './delete-spool.ts';
import { HookedWrites } from './hooked-writes.ts';
import { PoolBackend } from './pool-backend.ts';
import type { BackendPools } from './routes.ts';
import { Spooler } from './spooler.ts';
import type { WriteHook } from './write-hook.ts';

/** What a backend is made of. */
export interface BackendOptions extends BackendPools {
  /** Hears of every write before the client does. */
  readonly onWrite?: WriteHook;
  /** How long a client waits for the hook, in milliseconds. @default 5000 */
  readonly hookTimeoutMs?: number;
  /** How long a write waits for earlier writes to its key, in milliseconds. @default 2000 */
  readonly queueTimeoutMs?: number;
  /**
   * Writes that wait for earlier ones to their keys, and asynchronous writes under way, each at once;
   * those beyond it are refused with ERR_MEMCACHE_PROXY_WRITE_BUSY. Also the keys with deletes that were refused and
   * wait for a turn all the same; those beyond it are only spooled. @default 10000
   */
  readonly maxPendingWrites?: number;
  /**
   * Bytes of keys and values of writes that wait for earlier ones to their keys, and of asynchronous writes under
   * way, each at once; as `maxPendingWrites` beyond it. @default 67108864
   */
  readonly maxPendingBytes?: number;
  /** Keeps the deletes that pools owe, until they have carried them out. @default none: such a delete is an error */
  readonly spool?: DeleteSpool;
  /** How long a client waits for the spool, in milliseconds. @default 3000 */
  readonly spoolTimeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Puts a write hook on memcached pools. Writes to one key are carried out one at a time, in the
 * order of the calls; different keys run concurrently.
 *
 * @throws RangeError or TypeError naming the option that makes no sense.
 */
export function createBackend(options: BackendOptions): Backend {
  const { onWrite, spool, clock = systemClock } = options;
  const { hookTimeoutMs = 5000, queueTimeoutMs = 2000, spoolTimeoutMs = 3000, maxPendingWrites = 10_000 } = options;
  const { maxPendingBytes = 67_108_864 } = options;
  checkPositive({ hookTimeoutMs, queueTimeoutMs, spoolTimeoutMs, maxPendingWrites, maxPendingBytes });
  const spooler = spool === undefined ? undefined : new Spooler({ spool, timeoutMs: spoolTimeoutMs, clock });
  const limits = { hookTimeoutMs, queueTimeoutMs, maxPendingWrites, maxPendingBytes };
  const writes = new HookedWrites({ onWrite, ...limits, spooler, clock });
  return new PoolBackend({ pools: options, writes, clock });
}
