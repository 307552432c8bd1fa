import { CacheError } from '../cache-error.ts';
import { checkKey } from '../check-key.ts';
import type { LoadContext } from '../load-context.ts';
import type { ReadEntry } from '../view.ts';
import type { ReadOptions, ReadPolicy, WhenPartitioned } from '../view-options.ts';
import { awaitFlight } from './await-flight.ts';
import { assertOpen, type CacheCore, inBackground } from './cache-core.ts';
import { checkReadPolicy } from './check-read-policy.ts';
import { type Flight, offerStale, type StandIn } from './flight.ts';
import { takeOff } from './fly.ts';
import type { FlightParts, LoadRequest, ViewSettings } from './load-request.ts';
import { NOTHING } from './nothing.ts';

/** What brings a value. */
export interface LoadSource {
  readonly load: (context: LoadContext) => unknown;
  readonly tagsOf: ((value: unknown) => readonly string[]) | undefined;
}

/** A read policy with its defaults. */
export interface FullPolicy extends ReadPolicy {
  readonly graceMs: number;
  readonly hardTimeoutMs: number;
  readonly whenPartitioned: WhenPartitioned;
  readonly staleWhileLoading: boolean;
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
  readonly #store: ViewSettings['space']['store'];
  readonly #gate: CacheCore['gate'];
  readonly #stats: CacheCore['stats'];
  /** Whether a hit is served as it is held. */
  readonly #isPlain: boolean;

  constructor(core: CacheCore, settings: ViewSettings, policy: FullPolicy) {
    this.settings = settings;
    this.policy = policy;
    this.#core = core;
    this.#store = settings.space.store;
    this.#gate = core.gate;
    this.#stats = core.stats;
    this.#isPlain = settings.isolation !== 'clone' && settings.idleMs === 0;
  }

  /** What this process holds and knows to be fresh, for `present`. */
  hit(text: string): unknown {
    const held = this.#store.getFresh(text, this.#gate.moment());
    if (held === undefined) return undefined;
    this.#stats.localHits++;
    return this.#isPlain ? held : this.#touched(text, held);
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

  /**
   * Checks a read that is not a plain hit.
   *
   * @throws CacheError ERR_CACHE_CLOSED or ERR_CACHE_PARTITIONED; TypeError and RangeError; the signal's reason.
   */
  open(text: string, key: string, source: LoadSource, options: ReadOptions = NO_OPTIONS): Lookup {
    assertOpen(this.#core);
    options.signal?.throwIfAborted();
    checkKey(key);
    const policy = options === NO_OPTIONS ? this.policy : checkReadPolicy({ ...this.policy, ...defined(options) });
    return { key, text, policy, options, source };
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
      const old = policy.whenPartitioned === 'stale' ? this.#store.get(text) : undefined;
      if (old === undefined) return undefined;
      stats.staleServed++;
      return { value: this.present(old), isStale: true, source: 'local' };
    }
    let held = this.#store.getFresh(text, now);
    // Not `??`: null is a value.
    if (held === undefined) held = this.#early(look, now);
    if (held === undefined) {
      stats.localMisses++;
      return undefined;
    }
    stats.localHits++;
    return { value: this.present(this.#touched(text, held)), isStale: false, source: 'local' };
  }

  /** A value that is fresh and due to be loaded anew: it is served, and loaded in the background. */
  #early(look: Lookup, now: number): unknown {
    const { text } = look;
    const meta = this.#store.metaOf(text);
    if (meta === undefined || now >= meta.freshUntil || now < meta.refreshAt) return undefined;
    const { idleMs } = this.settings;
    // Between the last use and the end of the idle time: `until` was the earlier of both.
    if (idleMs > 0 && this.#store.untilOf(text) < meta.refreshAt) return undefined;
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

  waitFor({ options, policy }: Lookup, flight: Flight): Promise<ReadEntry<unknown>> {
    const bounds = {
      signal: options.signal,
      softTimeoutMs: policy.softTimeoutMs,
      hardTimeoutMs: options.hardTimeoutMs,
      staleWhileLoading: policy.staleWhileLoading,
    };
    return awaitFlight(flight, bounds, this.#core).then(this.#deliver);
  }

  /** What is held past its time to live, within its grace. */
  #standIn(look: Lookup): StandIn | undefined {
    const { clock, ledger, pending } = this.#core;
    if (look.options.forceLoad === true || pending.hasKey(look.key)) return undefined;
    const { ownTag, space } = this.settings;
    const held = space.inGrace(look.text, clock.monotonic());
    if (held === undefined) return undefined;
    const tags = ownTag === undefined ? held.tags : [...held.tags, ownTag];
    return { entry: { value: unwrapped(held.value), isStale: true, source: 'local' }, tags, moment: ledger.moment };
  }

  request({ key, text, policy, options, source }: Lookup): LoadRequest {
    const { ttlMs, graceMs, negativeTtlMs, hardTimeoutMs, whenPartitioned } = policy;
    return {
      view: this.settings,
      key,
      text,
      ttlMs,
      graceMs,
      negativeTtlMs,
      hardTimeoutMs,
      useShared: this.settings.isShared && options.skipShared !== true,
      minFreshMs: 0,
      servesUnheard: whenPartitioned === 'stale',
      forceLoad: options.forceLoad === true,
      load: source.load,
      tagsOf: source.tagsOf,
    };
  }

  /** What a flight brought, as its caller gets it. */
  readonly #deliver = (entry: ReadEntry<unknown>): ReadEntry<unknown> => {
    if (entry.isStale) this.#core.stats.staleServed++;
    return this.settings.isolation === 'clone' ? { ...entry, value: structuredClone(entry.value) } : entry;
  };

  /** A value that is held, as its caller gets it. */
  present(held: unknown): unknown {
    const value = unwrapped(held);
    return this.settings.isolation === 'clone' ? structuredClone(value) : value;
  }

  /** Notes that an entry was used, where that prolongs it. */
  #touched(text: string, held: unknown): unknown {
    const { idleMs } = this.settings;
    if (idleMs > 0) {
      const meta = this.#store.metaOf(text);
      const ends = Math.min(meta?.freshUntil ?? 0, meta?.refreshAt ?? 0);
      this.#store.setUntil(text, Math.min(ends, this.#core.clock.monotonic() + idleMs));
    }
    return held;
  }
}

/** What a held value stands for. */
export function unwrapped(held: unknown): unknown {
  return held === NOTHING ? undefined : held;
}

function defined(options: ReadOptions): Partial<ReadPolicy> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
