import { describeError, sleep } from '@lockstep/core';

import { type JournalKeys, journalKeys } from './journal-keys.ts';
import { probeJournal } from './journal-probe.ts';
import { Link } from './link.ts';
import type { LinkStatus } from './link-meter.ts';
import { TRIM_JOURNAL } from './lua/trim-journal.ts';
import { OwnedConnection } from './owned-connection.ts';
import { requirePositiveInteger } from './positive-option.ts';
import { requireRegionName } from './region-name.ts';
import { ReplicationError } from './replication-error.ts';
import type { Shipper, ShipperOptions } from './shipper.ts';
import { compareStreamIds, STREAM_START, type StreamId } from './stream-id.ts';

const SHARD = 0;

/** A shipper with one link for each region, and a monitor that looks at the journal and trims it. */
export class StreamShipper implements Shipper {
  readonly #options: Required<ShipperOptions>;
  readonly #keys: JournalKeys;
  readonly #connections: readonly OwnedConnection[];
  readonly #monitor: OwnedConnection;
  readonly #links: readonly Link[];
  readonly #stop = new AbortController();
  #running: Promise<unknown> | undefined;
  #trimmedTo: StreamId = STREAM_START;
  #monitorError: Error | undefined;

  constructor(options: Required<ShipperOptions>) {
    checkOptions(options);
    this.#options = options;
    this.#keys = journalKeys(options.region, SHARD);
    this.#monitor = new OwnedConnection(options);
    this.#connections = options.links.map(() => new OwnedConnection(options));
    this.#links = this.#connections.map((connection, index) => this.#createLink(connection, index));
  }

  start(): void {
    const { signal } = this.#stop;
    if (signal.aborted) throw closed();
    this.#running ??= Promise.all([...this.#links.map((link) => link.run(signal)), this.#watch(signal)]);
  }

  status(): LinkStatus[] {
    return this.#links.map((link) => link.status());
  }

  monitorError(): Error | undefined {
    return this.#monitorError;
  }

  async close(): Promise<void> {
    this.#stop.abort(closed());
    this.#monitor.close();
    for (const connection of this.#connections) connection.close();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createLink(connection: OwnedConnection, index: number): Link {
    const link = this.#options.links[index];
    if (link === undefined) throw new RangeError(`no link ${index}`);
    const { region: source } = this.#options;
    return new Link({ ...this.#options, ...link, source, shard: SHARD, stream: this.#keys.stream, connection });
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { monitorIntervalMs, clock } = this.#options;
    while (!signal.aborted) {
      try {
        for (const link of this.#links) await this.#look(link);
        await this.#trim();
        this.#monitorError = undefined;
      } catch (error) {
        this.#monitorError = error instanceof Error ? error : new Error(describeError(error));
      }
      await sleep(monitorIntervalMs, { signal, clock }).catch(() => {
        // The signal aborted: the loop ends by its own condition.
      });
    }
  }

  async #look(link: Link): Promise<void> {
    const { cursor } = link;
    const from = cursor ?? STREAM_START;
    link.observe(
      cursor,
      await this.#monitor.run((redis) => probeJournal(redis, this.#keys, from), this.#options.timeoutMs),
    );
  }

  /** Drops what every receiver has confirmed; nothing while one of them was never heard of. */
  async #trim(): Promise<void> {
    const cursors = this.#links.map((link) => link.cursor);
    let slowest: StreamId | undefined;
    for (const cursor of cursors) {
      if (cursor === undefined) return;
      if (slowest === undefined || compareStreamIds(cursor, slowest) < 0) slowest = cursor;
    }
    if (slowest === undefined || slowest === this.#trimmedTo || slowest === STREAM_START) return;
    const [keys, args] = [[this.#keys.stream], [slowest]];
    const dropped = await this.#monitor.run((redis) => TRIM_JOURNAL.run(redis, keys, args), this.#options.timeoutMs);
    if (dropped !== -1) this.#trimmedTo = slowest;
  }
}

function checkOptions(options: Required<ShipperOptions>): void {
  const { region, links, retry } = options;
  requireRegionName('region', region);
  const numbers = [
    'maxBatchOperations',
    'maxBatchBytes',
    'blockMs',
    'timeoutMs',
    'exchangeTimeoutMs',
    'monitorIntervalMs',
  ] as const;
  for (const name of numbers) requirePositiveInteger(name, options[name]);
  requirePositiveInteger('retry.minMs', retry.minMs);
  requirePositiveInteger('retry.maxMs', retry.maxMs);
  const seen = new Set<string>([region]);
  for (const { to } of links) {
    requireRegionName('links[].to', to);
    if (seen.has(to))
      throw new RangeError(`links[].to must be another region each, got ${to} twice or as the region itself`);
    seen.add(to);
  }
}

function closed(): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_CLOSED', 'the shipper is closed');
}
