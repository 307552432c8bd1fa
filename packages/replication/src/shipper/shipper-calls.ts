import { type Clock, sleep } from '@lockstep/core';

import { readStream } from './journal-reader.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import { shipperCallsKey } from '../journal/journal-keys.ts';
import { STREAM_START, type StreamId } from '../operation/stream-id.ts';

/** What it needs. */
export interface ShipperCallsOptions {
  readonly region: string;
  /** Name of this shipper. */
  readonly name: string;
  /** Its own: reads block on it. */
  readonly connection: OwnedConnection;
  readonly blockMs: number;
  readonly timeoutMs: number;
  /** The pause after a read that failed. */
  readonly retryMs: number;
  readonly clock: Clock;
  /** Another shipper has called. */
  readonly onCall: () => void;
}

/**
 * How the shippers of a region have one another look at the leases at once, over a stream of one entry. A call that is
 * missed costs time only: each looks by itself as well.
 */
export class ShipperCalls {
  readonly #options: ShipperCallsOptions;
  readonly #stream: string;

  constructor(options: ShipperCallsOptions) {
    this.#options = options;
    this.#stream = shipperCallsKey(options.region);
  }

  /** Calls all others, over another connection than that which hears. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
  async call(connection: OwnedConnection): Promise<void> {
    const { name, timeoutMs } = this.#options;
    const entry = ['MAXLEN', 1, '*', 'by', name];
    await connection.run((redis) => redis.call('XADD', this.#stream, ...entry), timeoutMs);
  }

  /** Hears until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, blockMs, timeoutMs, retryMs, clock, name, onCall } = this.#options;
    let after: StreamId = STREAM_START;
    while (!signal.aborted) {
      try {
        const read = { stream: this.#stream, after, maxEntries: 1, blockMs, timeoutMs };
        const [entry] = await readStream(connection, read);
        if (entry === undefined) continue;
        const [id, fields] = entry;
        after = id.toString();
        if (fields[1]?.toString() !== name) onCall();
      } catch {
        // Whoever waits for a call hears of it by his next look.
        await sleep(retryMs, { signal, clock }).catch(() => {
          // The signal aborted: the loop ends by its own condition.
        });
      }
    }
  }
}
