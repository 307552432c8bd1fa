import { type RedisServer, startRedis } from '@lockstep/testing';
import { expect } from 'vitest';

import { createHttpTransport } from '../src/transport/http-transport.ts';
import { createJournal, type Journal } from '../src/journal/journal.ts';
import { createReceiver, type Receiver } from '../src/receiver/receiver.ts';
import { createReceiverHandler } from '../src/receiver/receiver-handler.ts';
import { createShipper, type Shipper, type ShipperOptions } from '../src/shipper/shipper.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { type ReceiverServer, serveHandler } from './receiver-server.ts';
import { RecordingApplier } from './recording-applier.ts';

/** How a shipper is started, besides its own options. */
type ShipOptions = Partial<ShipperOptions> & { address?: string; timeoutMs?: number; maxBytesPerSecond?: number };

/** East writes, west receives: a Redis each, and HTTP between them. Nothing is shipped before a shipper is started. */
export interface TwoRegions extends AsyncDisposable {
  readonly east: RedisServer;
  readonly eastClient: ReturnType<typeof connectRedis>;
  readonly west: RedisServer;
  readonly journal: Journal;
  readonly receiver: Receiver;
  readonly server: ReceiverServer;
  readonly applier: RecordingApplier;
  /** Appends so many operations on 20 keys: sets to rising numbers, and some deletes. Resolves when each is confirmed or has timed out. */
  write(count: number): Promise<void>;
  /** Starts a shipper from east to west, through `address` where it is given. */
  ship(options?: ShipOptions): Shipper;
  /** Waits until west is in the state that was written. */
  converge(): Promise<void>;
  /** How many operations were written. */
  readonly written: number;
}

const FAST_RETRY = { minMs: 10, maxMs: 100 };

export async function startTwoRegions({
  shards = 1,
  receivers = 1,
  applyTimeoutMs = 5000,
  /** How long the Redis of the receiver may take; half of its leases. */
  receiverTimeoutMs = 500,
} = {}): Promise<TwoRegions> {
  const cleanups: (() => PromiseLike<void> | void)[] = [];
  const [east, west] = await Promise.all([startRedis({ appendonly: true }), startRedis({ appendonly: true })]);
  const eastClient = connectRedis(east.port);
  const westClient = connectRedis(west.port);
  const applier = new RecordingApplier();
  const createWest = (): Receiver =>
    createReceiver({
      client: westClient,
      region: 'west',
      applier,
      timeoutMs: receiverTimeoutMs,
      leaseMs: 2 * receiverTimeoutMs,
      applyTimeoutMs,
    });
  const receiver = createWest();
  const handlers = [receiver, ...Array.from({ length: receivers - 1 }, createWest)].map((one) =>
    createReceiverHandler({ receiver: one }),
  );
  let requests = 0;
  // Several receivers stand behind one address, and take turns.
  const server = await serveHandler((request) => handlers[(requests += 1) % handlers.length]!(request));
  const journal = createJournal({ client: eastClient, region: 'east', timeoutMs: 500, maxBlockOperations: 10, shards });
  cleanups.push(
    () => east.close(),
    () => west.close(),
    () => eastClient.disconnect(),
    () => westClient.disconnect(),
    () => server[Symbol.asyncDispose](),
    () => journal.close(),
  );
  const expected = new Map<string, string>();
  let written = 0;

  async function write(count: number): Promise<void> {
    const appended: Promise<void>[] = [];
    for (let n = 0; n < count; n += 1) {
      written += 1;
      const key = `key-${written % 20}`;
      if (written % 7 === 0) expected.delete(key);
      else expected.set(key, String(written));
      appended.push(journal.append(written % 7 === 0 ? del(key) : set(key, written)));
    }
    await Promise.allSettled(appended);
  }

  function ship(options: ShipOptions = {}): Shipper {
    const { address = server.address, timeoutMs = 500, maxBytesPerSecond, ...rest } = options;
    const transport = createHttpTransport({ url: `http://${address}`, timeoutMs });
    const links = [{ to: 'west', transport, ...(maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond }) }];
    const tuning = {
      shards,
      timeoutMs: Math.max(500, timeoutMs),
      blockMs: 200,
      monitorIntervalMs: 50,
      retry: FAST_RETRY,
      maxBatchOperations: 40,
    };
    const shipper = createShipper({ client: eastClient, region: 'east', links, ...tuning, ...rest });
    cleanups.push(
      () => transport.close(),
      () => shipper.close(),
    );
    shipper.start();
    return shipper;
  }

  async function converge(): Promise<void> {
    await expect.poll(() => journal.stats().queuedOperations, { timeout: 10_000 }).toBe(0);
    await expect.poll(() => applier.state, { timeout: 15_000 }).toEqual(expected);
  }

  async function dispose(): Promise<void> {
    // The last that was made goes first.
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
  return {
    east,
    eastClient,
    west,
    journal,
    receiver,
    server,
    applier,
    write,
    ship,
    converge,
    get written() {
      return written;
    },
    [Symbol.asyncDispose]: dispose,
  };
}
