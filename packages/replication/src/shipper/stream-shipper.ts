import { setMaxListeners } from 'node:events';

import { describeError, sleep } from '@lockstep/core';

import { ByteRate } from './byte-rate.ts';
import { claimShards } from '../journal/claim-shards.ts';
import { journalKeys } from '../journal/journal-keys.ts';
import { Link } from './link.ts';
import { type LinkStatus, sumUpLink } from './link-status.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { packMarker } from '../block/marker.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { requireRegionName, requireShards } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';
import { ShardMonitor } from './shard-monitor.ts';
import type { Shipper, ShipperLink, ShipperOptions } from './shipper.ts';

interface LinkGroup {
  readonly to: string;
  /** One for each shard. */
  readonly links: readonly Link[];
}

/** A shipper with one link for each region and shard, and a monitor that looks at the journal and trims it. */
export class StreamShipper implements Shipper {
  readonly #options: Required<ShipperOptions>;
  readonly #connections: OwnedConnection[] = [];
  readonly #monitorConnection: OwnedConnection;
  readonly #groups: readonly LinkGroup[];
  readonly #monitors: readonly ShardMonitor[];
  readonly #stop = new AbortController();
  #running: Promise<unknown> | undefined;
  #monitorError: Error | undefined;

  constructor(options: Required<ShipperOptions>) {
    checkOptions(options);
    // A few for each shard of each link.
    setMaxListeners(0, this.#stop.signal);
    this.#options = options;
    const { region, shards, timeoutMs, retainBytes, markerIntervalMs, clock } = options;
    const connection = new OwnedConnection(options);
    this.#monitorConnection = connection;
    this.#groups = options.links.map((link) => this.#createLinks(link));
    this.#monitors = Array.from({ length: shards }, (_, shard) => {
      const links = this.#groups.flatMap((group) => group.links.filter((link) => link.shard === shard));
      return new ShardMonitor({
        keys: journalKeys(region, shard),
        connection,
        links,
        timeoutMs,
        retainBytes: Math.ceil(retainBytes / shards),
        marker: markerIntervalMs === 0 ? undefined : { block: packMarker(shard, shards), intervalMs: markerIntervalMs },
        clock,
      });
    });
  }

  start(): void {
    const { signal } = this.#stop;
    if (signal.aborted) throw closed();
    this.#running ??= this.#run(signal);
  }

  status(): LinkStatus[] {
    return this.#groups.map(({ to, links }) =>
      sumUpLink(
        to,
        links.map((link) => link.status()),
      ),
    );
  }

  monitorError(): Error | undefined {
    return this.#monitorError;
  }

  async close(): Promise<void> {
    this.#stop.abort(closed());
    this.#monitorConnection.close();
    for (const connection of this.#connections) connection.close();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createLinks({ to, transport, maxBytesPerSecond }: ShipperLink): LinkGroup {
    const { region: source, shards, clock } = this.#options;
    const rate = maxBytesPerSecond === undefined ? undefined : new ByteRate(maxBytesPerSecond, clock);
    const links = Array.from({ length: shards }, (_, shard) => {
      const connection = new OwnedConnection(this.#options);
      this.#connections.push(connection);
      const { stream } = journalKeys(source, shard);
      return new Link({ ...this.#options, to, transport, rate, source, shard, stream, connection });
    });
    return { to, links };
  }

  async #run(signal: AbortSignal): Promise<void> {
    await this.#claim(signal);
    const links = this.#groups.flatMap((group) => group.links);
    await Promise.all([...links.map((link) => link.run(signal)), this.#watch(signal)]);
  }

  /** Nothing is shipped before it is known that the journal has as many shards as this shipper: keys would be missed. */
  async #claim(signal: AbortSignal): Promise<void> {
    const { region, shards, timeoutMs } = this.#options;
    let isClaimed = false;
    while (!signal.aborted && !isClaimed) {
      isClaimed = await this.#attempt(async () => {
        await this.#monitorConnection.run((redis) => claimShards(redis, region, shards), timeoutMs);
      });
      if (!isClaimed) await this.#pause(signal);
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#attempt(async () => {
        for (const monitor of this.#monitors) await monitor.look();
      });
      await this.#pause(signal);
    }
  }

  async #attempt(step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      this.#monitorError = undefined;
      return true;
    } catch (error) {
      this.#monitorError = error instanceof Error ? error : new Error(describeError(error));
      return false;
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { monitorIntervalMs, clock } = this.#options;
    await sleep(monitorIntervalMs, { signal, clock }).catch(() => {
      // The signal aborted: whoever waits ends by its own condition.
    });
  }
}

function checkOptions(options: Required<ShipperOptions>): void {
  const { region, links, retry } = options;
  requireRegionName('region', region);
  requireShards('shards', options.shards);
  const numbers = [
    'maxBatchOperations',
    'maxBatchBytes',
    'maxWindow',
    'maxAheadBytes',
    'blockMs',
    'timeoutMs',
    'exchangeTimeoutMs',
    'monitorIntervalMs',
  ] as const;
  for (const name of numbers) requirePositiveInteger(name, options[name]);
  for (const name of ['retainBytes', 'markerIntervalMs'] as const) {
    const value = options[name];
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${name} must be 0 or a positive integer, got ${value}`);
  }
  requirePositiveInteger('retry.minMs', retry.minMs);
  requirePositiveInteger('retry.maxMs', retry.maxMs);
  const seen = new Set<string>([region]);
  for (const { to, maxBytesPerSecond } of links) {
    if (maxBytesPerSecond !== undefined) requirePositiveInteger('links[].maxBytesPerSecond', maxBytesPerSecond);
    requireRegionName('links[].to', to);
    if (seen.has(to))
      throw new RangeError(`links[].to must be another region each, got ${to} twice or as the region itself`);
    seen.add(to);
  }
}

function closed(): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_CLOSED', 'the shipper is closed');
}
