import { describeError, sleep } from '@lockstep/core';

import { ByteRate } from './byte-rate.ts';
import { claimLayouts, formatLayouts, type JournalLayout } from '../layout/journal-layout.ts';
import { journalShardsKey } from '../journal/journal-keys.ts';
import type { Link } from './link.ts';
import { LinkLeases } from './link-leases.ts';
import { type LinkStatus, sumUpLink } from './link-status.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { SWAP_LAYOUTS } from '../lua/swap-layouts.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { requireRegionName, requireShards } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';
import { ShippedLayout } from './shipped-layout.ts';
import type { Shipper, ShipperOptions } from './shipper.ts';

/** A shipper with one link for each region and shard, and a monitor that looks at the journal and trims it. */
export class StreamShipper implements Shipper {
  readonly #options: Required<ShipperOptions>;
  readonly #connection: OwnedConnection;
  readonly #rates: ReadonlyMap<string, ByteRate>;
  readonly #leases: LinkLeases;
  /** Oldest first. */
  #layouts: readonly ShippedLayout[];
  readonly #stop = new AbortController();
  #running: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;
  /** The record of the layouts, and the monotonic moment at which it was first found. */
  #record: { readonly text: string; readonly at: number } | undefined;
  #monitorError: Error | undefined;

  constructor(options: Required<ShipperOptions>) {
    checkOptions(options);
    this.#options = options;
    const { shards, links, clock } = options;
    this.#connection = new OwnedConnection(options);
    this.#rates = new Map(
      links.flatMap(({ to, maxBytesPerSecond: most }) => (most === undefined ? [] : [[to, new ByteRate(most, clock)]])),
    );
    const leased = (): readonly Link[] => this.#layouts.flatMap((layout) => layout.links);
    this.#leases = new LinkLeases({ ...options, connection: this.#connection, links: leased });
    this.#layouts = [this.#createLayout({ base: 0, shards })];
  }

  start(): void {
    const { signal } = this.#stop;
    if (signal.aborted) throw closed();
    this.#running ??= Promise.all([this.#watch(signal), this.#leases.run(signal)]);
  }

  status(): LinkStatus[] {
    const [oldest, newest] = [this.#layouts[0], this.#layouts.at(-1)];
    return this.#options.links.map(({ to }) => {
      const link = sumUpLink(
        to,
        this.#layouts.flatMap((layout) => layout.status(to)),
      );
      if (oldest === undefined || newest === undefined || oldest === newest) return link;
      const older = this.#layouts.slice(0, -1);
      const shardsLeft = older.reduce((left, layout) => left + layout.shardsLeft(to), 0);
      return { ...link, reshard: { from: oldest.layout.shards, to: newest.layout.shards, shardsLeft } };
    });
  }

  monitorError(): Error | undefined {
    return this.#monitorError;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#stop.abort(closed());
    await Promise.all(this.#layouts.map((layout) => layout.close()));
    // Only when nothing is sent from here any more: the next one would send the same.
    await this.#leases.release();
    this.#connection.close();
    await this.#running;
  }

  #createLayout(layout: JournalLayout): ShippedLayout {
    return new ShippedLayout({
      ...this.#options,
      layout,
      connection: this.#connection,
      rates: this.#rates,
      onRecovered: () => this.#leases.recovered(),
    });
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#attempt(async () => {
        await this.#learn();
        await this.#ship();
        // Nothing is shipped before it is known which shards the journal has, and only where the others are through.
        for (const layout of this.#layouts) await layout.look();
        await this.#ship();
        // Last: a Redis without room refuses it, and must be looked at and trimmed all the same.
        for (const layout of this.#layouts) await layout.begin();
        await this.#change();
      });
      await this.#pause(signal);
    }
  }

  /** Takes over the layouts of the record. */
  async #learn(): Promise<void> {
    const { region, shards, timeoutMs, clock } = this.#options;
    const known = this.#layouts.at(-1)?.layout;
    const layouts = await this.#connection.run((redis) => claimLayouts(redis, region, shards, known), timeoutMs);
    const text = formatLayouts(layouts);
    if (text === this.#record?.text || this.#stop.signal.aborted) return;
    this.#record = { text, at: clock.monotonic() };
    const before = this.#layouts;
    // Redis lost the record, and older shards are in use again: what is shipped after them must wait for them.
    const isBack = (layouts[0]?.base ?? 0) < (before[0]?.layout.base ?? 0);
    const find = (layout: JournalLayout): ShippedLayout | undefined =>
      isBack ? undefined : before.find((one) => formatLayouts([one.layout]) === formatLayouts([layout]));
    this.#layouts = layouts.map((layout) => find(layout) ?? this.#createLayout(layout));
    const gone = before.filter((layout) => !this.#layouts.includes(layout));
    await Promise.all(gone.map((layout) => layout.close()));
  }

  /** To each region, the oldest layout that it has not applied to its end. */
  async #ship(): Promise<void> {
    let isNew = false;
    for (const { to } of this.#options.links) {
      for (const layout of this.#layouts) {
        if (layout.admit(to)) isNew = true;
        if (layout.shardsLeft(to) > 0) break;
      }
    }
    // First whether another ships them. What is not shipped from here must not be claimed either.
    if (isNew) await this.#leases.turn();
    for (const layout of this.#layouts) layout.ship();
  }

  /** Carries a change of the layout one step on: each is safe to be done by several, again, and by the next process. */
  async #change(): Promise<void> {
    const { links, region, timeoutMs, settleMs, clock } = this.#options;
    const [oldest, ...newer] = this.#layouts;
    if (oldest === undefined || newer.length === 0 || this.#record === undefined) return;
    // Writers go over when they find a shard sealed, so Redis must not lose the record any more.
    if (clock.monotonic() - this.#record.at < settleMs) return;
    for (const layout of this.#layouts.slice(0, -1)) await layout.seal();
    if (links.some(({ to }) => oldest.shardsLeft(to) > 0)) return;
    await oldest.clear();
    const next = formatLayouts(newer.map(({ layout }) => layout));
    const { text } = this.#record;
    await this.#connection.run((redis) => SWAP_LAYOUTS.run(redis, [journalShardsKey(region)], [text, next]), timeoutMs);
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
    'settleMs',
    'monitorIntervalMs',
  ] as const;
  for (const name of numbers) requirePositiveInteger(name, options[name]);
  for (const name of ['retainBytes', 'markerIntervalMs', 'lingerMs', 'leaseMs'] as const) {
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
