import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { DEFAULT_SHARDS } from '../layout/journal-layout.ts';
import type { LinkStatus } from './link-status.ts';
import { StreamShipper } from './stream-shipper.ts';
import type { Transport } from '../transport/transport.ts';

/** Where one link leads. */
export interface ShipperLink {
  /** The region that the journal is shipped to. */
  readonly to: string;
  /** Yours: the shipper never closes it. */
  readonly transport: Transport;
  /** Most bytes per second over the link, all shards together, as they are on the wire. @default no bound */
  readonly maxBytesPerSecond?: number;
}

/** What a shipper needs. */
export interface ShipperOptions {
  /** Yours; the shipper asks it for a duplicate for each link and shard and two more, and closes only those. */
  readonly client: RedisClient;
  /** The region whose journal is shipped. */
  readonly region: string;
  /** All regions that the journal goes to: what every one of these has confirmed is trimmed. */
  readonly links: readonly ShipperLink[];
  /** Shards that the journal is begun with, the same number as of the journals that write it. @default 16 */
  readonly shards?: number;
  /** Most operations in one batch. @default 1000 */
  readonly maxBatchOperations?: number;
  /** Most bytes in one batch; one larger block is a batch alone. @default 1048576 */
  readonly maxBatchBytes?: number;
  /** Most batches of one shard on their way at once; fewer while answers are slow or fail. @default 8 */
  readonly maxWindow?: number;
  /** Bytes of memory that entries of one shard may take before the receiver confirms them, and one read. @default 4194304 */
  readonly maxAheadBytes?: number;
  /** How long one read waits for new entries. @default 1000 */
  readonly blockMs?: number;
  /**
   * How long a shard lets new entries come together after it has sent some: up to 100 ms while the process is busy for
   * more than half of the time, unless this is 0. What comes to a shard at rest goes at once.
   * @default 20
   */
  readonly lingerMs?: number;
  /** How long one answer of Redis may take. @default 2000 */
  readonly timeoutMs?: number;
  /** How long one exchange of a transport may take, should it not keep its own deadline. @default 30000 */
  readonly exchangeTimeoutMs?: number;
  /** Delays between attempts after a failure. @default { minMs: 50, maxMs: 1000 } */
  readonly retry?: { readonly minMs: number; readonly maxMs: number };
  /**
   * Bytes of the journal that stay in Redis after every receiver has confirmed them, an equal part for each shard: what
   * receivers here compare with to find conflicts, and what can be replayed. @default 0
   */
  readonly retainBytes?: number;
  /**
   * How often the lag of each shard is measured with a marker: a delete of a key that nobody has, which goes the way of
   * every write, until the receiver confirms it; up to 16 times as seldom while a region is away. 0 does not. @default 0
   */
  readonly markerIntervalMs?: number;
  /**
   * What Redis, here and at the receivers, has known for so long it does not lose in a crash; a change of the number of
   * shards waits for it twice. @default 3000, for an append-only file that is synced every second
   */
  readonly settleMs?: number;
  /**
   * How long a lease on a shard and a region holds, which has one of several shippers of a region ship it and the others
   * stand by. It saves them what they would send in vain; nothing is lost, or sent out of order, without it. One that is
   * killed or frozen is replaced after this time, one that is closed at once. One that lives and does not get through is
   * replaced this time and up to two seconds after an exchange has failed; where nothing answers at all, one fails only
   * after the `timeoutMs` of the transport, 15 s by default. All shippers of a region should have the same. 0: each ships
   * everything. @default 3000
   */
  readonly leaseMs?: number;
  /** How often the journal is looked at for the status, and trimmed. @default 1000 */
  readonly monitorIntervalMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Carries the journal of one region to the receivers of others. */
export interface Shipper extends AsyncDisposable {
  /** Starts every link. Doing it twice does nothing. @throws ReplicationError `ERR_REPLICATION_CLOSED` after `close()`. */
  start(): void;
  /** How each link stands, in the order of the options. */
  status(): LinkStatus[];
  /** Why the journal could not be looked at or trimmed the last time; undefined when it could. */
  monitorError(): Error | undefined;
  /**
   * Stops every link and lets another shipper go on, for which it waits for two answers of Redis, at most twice
   * `timeoutMs`. A batch in flight may still be applied; the next shipper learns of it from the receiver.
   */
  close(): Promise<void>;
}

/**
 * Wires a shipper; nothing happens before `start()`.
 *
 * @throws RangeError for an option out of bounds, two links to one region, or a link to the region itself.
 */
export function createShipper(options: ShipperOptions): Shipper {
  return new StreamShipper({
    shards: DEFAULT_SHARDS,
    maxBatchOperations: 1000,
    maxBatchBytes: 1024 * 1024,
    maxWindow: 8,
    maxAheadBytes: 4 * 1024 * 1024,
    blockMs: 1000,
    lingerMs: 20,
    timeoutMs: 2000,
    exchangeTimeoutMs: 30_000,
    retry: { minMs: 50, maxMs: 1000 },
    retainBytes: 0,
    markerIntervalMs: 0,
    monitorIntervalMs: 1000,
    settleMs: 3000,
    leaseMs: 3000,
    clock: systemClock,
    ...options,
  });
}
