import { CacheError } from '../cache-error.ts';
import { checkKey } from '../check-key.ts';
import { checkTags } from '../check-tags.ts';
import type { LoadContext } from '../load-context.ts';
import type { ReadEntry } from '../view.ts';
import type { ReadOptions } from '../view-options.ts';
import { awaitFlight } from './await-flight.ts';
import { assertOpen, type CacheCore, inBackground } from './cache-core.ts';
import { type FullPolicy, overridden } from './check-read-policy.ts';
import { type Flight, offerStale, type StandIn } from './flight.ts';
import { takeOff } from './fly.ts';
import type { FlightParts, LoadRequest, ViewSettings } from './load-request.ts';
import { NOTHING } from './nothing.ts';

/** What brings a value. */
export interface LoadSource {
  readonly load: (context: LoadContext) => unknown;
  readonly tagsOf: ((value: unknown) => readonly string[]) | undefined;
}

/** One read: of what, and how. */
export interface Lookup {
  readonly key: string;
  readonly text: string;
  readonly policy: FullPolicy;
  readonly options: ReadOptions;
  readonly source: LoadSource;
}

const NO_OPTIONS: ReadOptions = {};

/** The reads of one view, by the text of the id. */
export class ViewReader {
  readonly settings: ViewSettings;
  readonly policy: FullPolicy;
  readonly #core: CacheCore;
  readonly #space: ViewSettings['space'];
  readonly #store: ViewSettings['space']['store'];
  readonly #gate: CacheCore['gate'];
  readonly #stats: CacheCore['stats'];

  constructor(core: CacheCore, settings: ViewSettings, policy: FullPolicy) {
    this.settings = settings;
    this.policy = policy;
    this.#core = core;
    this.#space = settings.space;
    this.#store = settings.space.store;
    this.#gate = core.gate;
    this.#stats = core.stats;
  }

  /** What this process holds and knows to be fresh, for `present`. */
  hit(text: string): unknown {
    const held = this.#store.getFresh(text, this.#gate.hitMoment());
    if (held === undefined) return undefined;
    this.#stats.localHits++;
    return this.#space.hasIdle ? this.#touched(text, held) : held;
  }

  /**
   * Whatever is not a plain hit.
   *
   * @throws what `open` throws, at once: it is no async function because that would show in a hit of the shared tier
   */
  lookup(text: string, key: string, source: LoadSource, options: ReadOptions | undefined): Promise<ReadEntry<unknown>> {
    const look = this.open(text, key, source, options);
    const held = this.held(look);
    return held === undefined ? this.waitFor(look, this.join(look)) : Promise.resolve(held);
  }

  /** The same for one who wants nothing but the value, without options. */
  valueOf(text: string, key: string, source: LoadSource): Promise<unknown> {
    const look = this.open(text, key, source);
    const held = this.held(look);
    if (held !== undefined) return Promise.resolve(held.value);
    return this.#delivery(look, this.join(look)).then(this.#deliverValue);
  }

  /**
   * Checks a read that is not a plain hit.
   *
   * @param policy that of the call, where it is known
   * @throws CacheError ERR_CACHE_CLOSED; TypeError and RangeError; the signal's reason.
   */
  open(
    text: string,
    key: string,
    source: LoadSource,
    options: ReadOptions = NO_OPTIONS,
    policy: FullPolicy = this.policyOf(options),
  ): Lookup {
    assertOpen(this.#core);
    options.signal?.throwIfAborted();
    checkKey(key);
    return { key, text, policy, options, source };
  }

  /** The policy of a call. @throws TypeError or RangeError for what makes no sense. */
  policyOf(options: ReadOptions = NO_OPTIONS): FullPolicy {
    if (options === NO_OPTIONS) return this.policy;
    checkCall(options);
    return overridden(this.policy, options);
  }

  /** What can be served of what this process holds; counts what cannot. */
  held(look: Lookup): ReadEntry<unknown> | undefined {
    const { text, options, policy } = look;
    const { stats, gate } = this.#core;
    if (options.forceLoad === true) return undefined;
    const now = gate.moment();
    if (now === Infinity) {
      stats.partitionedReads++;
      if (policy.whenPartitioned === 'throw') {
        throw new CacheError('ERR_CACHE_PARTITIONED', 'the invalidation log has not been heard for too long', {
          keys: [look.key],
        });
      }
      const mayServe = policy.whenPartitioned === 'stale' && options.skipLocal !== true;
      const old = mayServe ? this.#store.get(text) : undefined;
      if (old === undefined) return undefined;
      stats.staleServed++;
      return { value: this.#present(old, options), isStale: true, source: 'local' };
    }
    if (options.skipLocal === true) return undefined;
    let held = this.#store.getFresh(text, now);
    // Not `??`: null is a value.
    if (held === undefined) held = this.#early(look, now);
    if (held === undefined) {
      stats.localMisses++;
      return undefined;
    }
    stats.localHits++;
    return { value: this.#present(this.#touched(text, held), options), isStale: false, source: 'local' };
  }

  /** A value that is fresh and due to be loaded anew: it is served, and loaded in the background. */
  #early(look: Lookup, now: number): unknown {
    const { text } = look;
    const meta = this.#store.metaOf(text);
    if (meta === undefined || now >= meta.freshUntil || now < meta.refreshAt) return undefined;
    // Between the last use and the end of the idle time: `until` was the earlier of both.
    if (meta.idleMs !== Infinity && this.#store.untilOf(text) < meta.refreshAt) return undefined;
    meta.refreshAt = Infinity;
    this.#store.setUntil(text, meta.freshUntil);
    this.#refresh(look, meta.freshUntil - now);
    return this.#store.get(text);
  }

  #refresh(look: Lookup, freshForMs: number): void {
    const { flights, stats } = this.#core;
    if (flights.get(look.key) !== undefined) return;
    stats.refreshes++;
    // A shared value counts when another process has loaded it anew: clearly fresher than what is held here.
    const minFreshMs = freshForMs + Math.max(1, look.policy.ttlMs * 0.02);
    const flight = takeOff(this.#core, { ...this.request(look), minFreshMs }, undefined);
    flight.isHeld = true;
    inBackground(this.#core, flight.result);
  }

  /** Whether somebody brings the value already, early enough for this read. */
  canJoin(look: Lookup): boolean {
    const { flights, gate } = this.#core;
    const flight = flights.get(look.key);
    if (flight === undefined || look.options.forceLoad === true) return false;
    // An invalidation that was not heard cannot have detached it. Then only one that has not looked yet is new enough.
    return !flight.hasBegun || (flight.plan.isServing && gate.moment() !== Infinity);
  }

  /** The flight that brings the value: one under way, or a new one. */
  join(look: Lookup, parts?: FlightParts): Flight {
    const stale = this.#standIn(look);
    if (!this.canJoin(look)) {
      // What was under way before must not be kept in place of what is loaded on purpose now.
      if (look.options.forceLoad === true) this.#core.flights.detach(look.key);
      return takeOff(this.#core, this.request(look), stale, parts);
    }
    const flight = this.#core.flights.get(look.key)!;
    if (stale !== undefined) offerStale(flight, stale);
    return flight;
  }

  waitFor(look: Lookup, flight: Flight): Promise<ReadEntry<unknown>> {
    const { isolation } = look.options;
    const delivered = this.#delivery(look, flight);
    return isolation === undefined
      ? delivered.then(this.#deliver)
      : delivered.then((entry) => this.#deliver(entry, isolation));
  }

  #delivery({ options, policy }: Lookup, flight: Flight): Promise<ReadEntry<unknown>> {
    if (options === NO_OPTIONS && policy.softTimeoutMs === undefined && !policy.staleWhileLoading) {
      flight.isHeld = true;
      return flight.result;
    }
    const bounds = {
      signal: options.signal,
      softTimeoutMs: policy.softTimeoutMs,
      hardTimeoutMs: options.hardTimeoutMs,
      staleWhileLoading: policy.staleWhileLoading,
    };
    return awaitFlight(flight, bounds, this.#core);
  }

  /** What is held past its time to live, within its grace. */
  #standIn(look: Lookup): StandIn | undefined {
    const { clock, ledger, pending } = this.#core;
    if (this.#store.metaOf(look.text) === undefined) return undefined;
    const { forceLoad, skipLocal } = look.options;
    if (forceLoad === true || skipLocal === true || pending.hasKey(look.key)) return undefined;
    const { ownTag, space } = this.settings;
    const held = space.inGrace(look.text, clock.monotonic());
    if (held === undefined) return undefined;
    const tags = ownTag === undefined ? held.tags : [...held.tags, ownTag];
    return { entry: { value: unwrapped(held.value), isStale: true, source: 'local' }, tags, moment: ledger.moment };
  }

  request({ key, text, policy, options, source }: Lookup): LoadRequest {
    return {
      view: this.settings,
      key,
      text,
      policy,
      useLocal: options.skipLocal !== true,
      useShared: this.settings.isShared && options.skipShared !== true,
      minFreshMs: 0,
      forceLoad: options.forceLoad === true,
      load: source.load,
      tagsOf: options.tags === undefined ? source.tagsOf : moreTags(source.tagsOf, options.tags),
    };
  }

  /** What a flight brought, as its caller gets it. */
  readonly #deliver = (entry: ReadEntry<unknown>, isolation = this.settings.isolation): ReadEntry<unknown> => {
    if (entry.isStale) this.#core.stats.staleServed++;
    return isolation === 'clone' ? { ...entry, value: structuredClone(entry.value) } : entry;
  };

  readonly #deliverValue = (entry: ReadEntry<unknown>): unknown => this.#deliver(entry).value;

  /** A value that is held, as its caller gets it. */
  #present(held: unknown, options: ReadOptions): unknown {
    const value = unwrapped(held);
    return (options.isolation ?? this.settings.isolation) === 'clone' ? structuredClone(value) : value;
  }

  /** Notes that an entry was used, where that prolongs it. */
  #touched(text: string, held: unknown): unknown {
    if (!this.#space.hasIdle) return held;
    const meta = this.#store.metaOf(text);
    if (meta === undefined || meta.idleMs === Infinity) return held;
    const ends = Math.min(meta.freshUntil, meta.refreshAt);
    this.#store.setUntil(text, Math.min(ends, this.#core.clock.monotonic() + meta.idleMs));
    return held;
  }
}

/** What a held value stands for. */
export function unwrapped(held: unknown): unknown {
  return held === NOTHING ? undefined : held;
}

/** @throws TypeError for what makes no sense in one call. */
function checkCall({ tags, isolation }: ReadOptions): void {
  if (tags !== undefined) checkTags(tags);
  if (isolation !== undefined && isolation !== 'share' && isolation !== 'clone') {
    throw new TypeError(`the isolation of one call must be one of share, clone, got ${String(isolation)}`);
  }
}

function moreTags(tagsOf: LoadSource['tagsOf'], tags: readonly string[]): LoadSource['tagsOf'] {
  return (value) => (tagsOf === undefined ? tags : [...tagsOf(value), ...tags]);
}
