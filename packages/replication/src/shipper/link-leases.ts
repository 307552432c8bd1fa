import { randomUUID } from 'node:crypto';

import type { Clock } from '@lockstep/core';

import { formatWord, parseWord } from './link-word.ts';
import { linkLeaseKey } from '../journal/journal-keys.ts';
import type { Link } from './link.ts';
import { CLAIM_LINKS } from '../lua/claim-links.ts';
import { OwnedConnection, type OwnedConnectionOptions } from '../owned-connection.ts';
import { ShipperCalls } from './shipper-calls.ts';
import { Wake } from './wake.ts';

/** What it needs. */
export interface LinkLeasesOptions extends OwnedConnectionOptions {
  readonly region: string;
  /** The one of the monitors. */
  readonly connection: OwnedConnection;
  /** All links that are shipped now, or are about to be, of any shard and to any region. */
  readonly links: () => readonly Link[];
  /** How long a lease holds; 0 where there are none. */
  readonly leaseMs: number;
  readonly blockMs: number;
  readonly timeoutMs: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  readonly clock: Clock;
}

/** Each looks so often at least: one that fails has let go what it held. */
const LOOK_MS = 1000;
/** One that lives has renewed its leases so long after it was called. */
const ANSWER_MS = 100;

/** What is known of the lease of one link. */
interface Sight {
  /** What another had written into it when it was first looked at, until it is something else: nobody may be behind it. */
  stranger: string | undefined;
  /** Monotonic moment until which another holds it. */
  until: number;
}

/**
 * Has each shard shipped to each region by one of the shippers of a region, to save what the others would send in vain.
 * Nothing depends on it but that: receivers take each batch once. So a link ships unless another shipper is known to
 * do so: while Redis does not answer, at the start, when the lease was lost, and while none reaches the receiver.
 */
export class LinkLeases {
  readonly #options: LinkLeasesOptions;
  readonly #name = randomUUID();
  readonly #hearing: OwnedConnection;
  readonly #calls: ShipperCalls;
  readonly #wake = new Wake();
  readonly #sights = new WeakMap<Link, Sight>();
  /** Words so far: each differs from the one before. */
  #words = 0;
  #isAnswered = false;
  #hasStrangers = false;
  /** Whether it holds less than it could, because nothing got through there. */
  #hasLetGo = false;
  #isOver = false;

  constructor(options: LinkLeasesOptions) {
    this.#options = options;
    this.#hearing = new OwnedConnection(options);
    const onCall = (): void => this.#wake.set();
    const { maxMs: retryMs } = options.retry;
    this.#calls = new ShipperCalls({ ...options, name: this.#name, connection: this.#hearing, retryMs, onCall });
  }

  /** Claims what nobody holds, renews what it holds, and lets go what fails: another may get through. Never rejects. */
  async turn(): Promise<void> {
    if (this.#options.leaseMs === 0) return;
    const shards = new Map<number, Link[]>();
    for (const link of this.#options.links()) {
      const links = shards.get(link.shard);
      if (links === undefined) shards.set(link.shard, [link]);
      else links.push(link);
    }
    const answered = await Promise.all([...shards.values()].map((links) => this.#claim(links)));
    this.#isAnswered = answered.every(Boolean);
    if (this.#hasStrangers) this.#wake.set();
  }

  /** Takes turns until the signal aborts; the first one is the caller's. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#options.leaseMs === 0) return;
    const stop = (): void => {
      this.#hearing.close();
      this.#wake.set();
    };
    signal.addEventListener('abort', stop, { once: true });
    await Promise.all([this.#calls.run(signal), this.#takeTurns(signal)]);
  }

  /** A link gets through again: where it had been let go, it is claimed. */
  recovered(): void {
    if (!this.#hasLetGo) return;
    this.#hasLetGo = false;
    this.#wake.set();
  }

  /** Lets go all that it holds, for the others to go on at once; where Redis does not answer, its leases end by themselves. */
  async release(): Promise<void> {
    this.#isOver = true;
    if (!this.#isAnswered) return;
    await this.turn();
    if (this.#isAnswered) await this.#call();
  }

  async #takeTurns(signal: AbortSignal): Promise<void> {
    await this.#pause(this.#restMs());
    while (!signal.aborted) {
      if (this.#hasStrangers) {
        this.#hasStrangers = false;
        // A shipper that was killed a moment ago is not waited for; one that lives says so now.
        await this.#call();
        await this.#pause(ANSWER_MS);
        if (signal.aborted) return;
      }
      await this.turn();
      await this.#pause(this.#restMs());
    }
  }

  /** Until a third of a lease is over, or one that another holds ends. */
  #restMs(): number {
    const { leaseMs, links, clock } = this.#options;
    const now = clock.monotonic();
    const ends = links().flatMap((link) => (link.standsBy ? [(this.#sights.get(link)?.until ?? now) - now] : []));
    return Math.max(1, Math.min(LOOK_MS, leaseMs / 3, ...ends));
  }

  /** Whether Redis answered. */
  async #claim(links: readonly Link[]): Promise<boolean> {
    const { connection, region, leaseMs, timeoutMs, clock } = this.#options;
    const keys = links.map(({ shard, to }) => linkLeaseKey(region, shard, to));
    const failing = links.filter((link) => link.isFailing(leaseMs));
    this.#hasLetGo ||= failing.length > 0;
    const words = links.map((link) => (this.#isOver || failing.includes(link) ? '' : this.#wordOf(link)));
    const args = [this.#name, leaseMs, ...words];
    let reply: readonly unknown[];
    try {
      reply = (await connection.run((redis) => CLAIM_LINKS.run(redis, keys, args), timeoutMs)) as unknown[];
    } catch {
      const now = clock.monotonic();
      // One of whom nothing is heard for so long does not ship any more, or as little as this one.
      for (const link of links) if (now >= (this.#sights.get(link)?.until ?? now)) link.yieldTo(undefined);
      return false;
    }
    for (const [at, link] of links.entries()) this.#see(link, Number(reply[2 * at]), String(reply[2 * at + 1]));
    return true;
  }

  #see(link: Link, leftMs: number, held: string): void {
    const sight = this.#sights.get(link);
    const isOthers = leftMs > 0;
    const stranger = sight === undefined || sight.stranger === held ? held : undefined;
    const isStranger = isOthers && stranger !== undefined;
    if (isStranger && sight === undefined) this.#hasStrangers = true;
    const until = this.#options.clock.monotonic() + leftMs;
    this.#sights.set(link, { stranger: isStranger ? stranger : undefined, until });
    link.yieldTo(isOthers && !isStranger ? parseWord(held) : undefined);
  }

  #wordOf(link: Link): string {
    this.#words += 1;
    return formatWord(link.status(), this.#words);
  }

  async #call(): Promise<void> {
    await this.#calls.call(this.#options.connection).catch(() => {
      // The others look by themselves.
    });
  }

  async #pause(ms: number): Promise<void> {
    const timer = this.#options.clock.setTimer(() => this.#wake.set(), ms);
    await this.#wake.sleep();
    timer.cancel();
  }
}
