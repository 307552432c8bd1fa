import { setMaxListeners } from 'node:events';

import type { ByteRate } from './byte-rate.ts';
import { journalKeys } from '../journal/journal-keys.ts';
import { APPEND_MARKER } from '../lua/append-marker.ts';
import type { JournalLayout } from '../layout/journal-layout.ts';
import { Link } from './link.ts';
import type { ShardStatus } from './link-meter.ts';
import { packMarker } from '../block/marker.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { ShardMonitor } from './shard-monitor.ts';
import type { ShipperOptions } from './shipper.ts';

/** What it needs. */
export interface ShippedLayoutOptions extends Required<ShipperOptions> {
  readonly layout: JournalLayout;
  /** The one of the monitors. */
  readonly connection: OwnedConnection;
  /** The cap of each link that has one, which all layouts share. */
  readonly rates: ReadonlyMap<string, ByteRate>;
  /** A link gets through again. */
  readonly onRecovered: () => void;
}

/** The shards of one layout of a journal on their way to all regions. */
export class ShippedLayout {
  readonly layout: JournalLayout;
  readonly #options: ShippedLayoutOptions;
  readonly #connections: OwnedConnection[] = [];
  /** Of each region, one for each shard. */
  readonly #links: ReadonlyMap<string, readonly Link[]>;
  readonly #monitors: readonly ShardMonitor[];
  /** Regions that it may be shipped to. */
  readonly #admitted = new Set<string>();
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #stop = new AbortController();
  #isBegun: boolean;

  constructor(options: ShippedLayoutOptions) {
    const { layout, region, timeoutMs, settleMs, retainBytes, markerIntervalMs, clock, connection } = options;
    const { base, shards } = layout;
    // A few for each shard of each link.
    setMaxListeners(0, this.#stop.signal);
    this.layout = layout;
    this.#options = options;
    // Before the first layout there is none that a region could have applied in part.
    this.#isBegun = base === 0;
    this.#links = new Map(options.links.map((link) => [link.to, this.#createLinks(link)]));
    const ordered = [...this.#links].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, links]) => links);
    this.#monitors = Array.from(
      { length: shards },
      (_, index) =>
        new ShardMonitor({
          keys: journalKeys(region, base + index),
          connection,
          links: ordered.flatMap((links) => links[index] ?? []),
          timeoutMs,
          settleMs,
          retainBytes: Math.ceil(retainBytes / shards),
          marker: packMarker(index, shards),
          markerIntervalMs,
          clock,
        }),
    );
  }

  /** The links that it is shipped over, or is about to be. */
  get links(): readonly Link[] {
    return [...this.#admitted].flatMap((to) => this.#links.get(to) ?? []);
  }

  /** Lets it be shipped to a region. Gives false where it was before. */
  admit(to: string): boolean {
    const isNew = !this.#admitted.has(to);
    this.#admitted.add(to);
    return isNew;
  }

  /** Ships to the regions that it may be shipped to from now on. Doing it twice does nothing. */
  ship(): void {
    for (const to of this.#admitted) {
      if (this.#running.has(to) || this.#stop.signal.aborted) continue;
      const links = this.#links.get(to) ?? [];
      this.#running.set(to, Promise.all(links.map((link) => link.run(this.#stop.signal))));
    }
  }

  /**
   * Appends a marker to each new shard that has nothing yet. Who has applied it has applied all of the layouts before,
   * and has something by which to say so, though nobody here writes to that shard. @throws as `look`.
   */
  async begin(): Promise<void> {
    if (this.#isBegun) return;
    const { region, connection, timeoutMs, layout } = this.#options;
    for (let index = 0; index < layout.shards; index += 1) {
      const { stream, meta } = journalKeys(region, layout.base + index);
      const args = [packMarker(index, layout.shards), '1'];
      await connection.run((redis) => APPEND_MARKER.run(redis, [stream, meta], args), timeoutMs);
    }
    this.#isBegun = true;
  }

  /** One round of looking after the journal. @throws ReplicationError when Redis fails; the next round tries again. */
  async look(): Promise<void> {
    for (const monitor of this.#monitors) await monitor.look();
  }

  /** Ends all shards; doing it again ends those of which Redis has lost it. @throws as `look`. */
  async seal(): Promise<void> {
    for (const monitor of this.#monitors) await monitor.seal();
  }

  /** Drops what is left of it in Redis, but for what says that it is sealed. @throws as `look`. */
  async clear(): Promise<void> {
    for (const monitor of this.#monitors) await monitor.clear();
  }

  /** Shards of which a region has not applied all, or which may still take a write. */
  shardsLeft(to: string): number {
    const links = this.#links.get(to) ?? [];
    return links.filter((link, index) => this.#monitors[index]?.isThrough(link) !== true).length;
  }

  status(to: string): readonly ShardStatus[] {
    const isWaiting = !this.#running.has(to);
    return (this.#links.get(to) ?? []).map((link) => {
      const status = link.status();
      return isWaiting ? { ...status, isWaiting } : status;
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#running.values());
  }

  #createLinks({ to, transport }: ShippedLayoutOptions['links'][number]): readonly Link[] {
    const { region: source, layout, rates } = this.#options;
    return Array.from({ length: layout.shards }, (_, index) => {
      const connection = new OwnedConnection(this.#options);
      this.#connections.push(connection);
      const shard = layout.base + index;
      const { stream } = journalKeys(source, shard);
      return new Link({ ...this.#options, to, transport, rate: rates.get(to), source, shard, stream, connection });
    });
  }
}
