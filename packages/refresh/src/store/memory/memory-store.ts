import { type Clock, systemClock } from '@lockstep/core';

import { RefreshError } from '../../refresh-error.ts';
import { checkContent, checkPatch, contentError } from '../check-content.ts';
import { checkKey } from '../check-key.ts';
import { checkLeader, checkLoad, checkTicket } from '../check-load.ts';
import { checkPart } from '../check-part.ts';
import type { Content, Part, Shape } from '../content.ts';
import type {
  BeginOptions,
  Begun,
  EntryStore,
  Freshness,
  Prolongation,
  Replacement,
  StoreCallOptions,
  StoredEntry,
  WriteOutcome,
} from '../entry-store.ts';
import { checkAtLeast } from '../../check-number.ts';
import { sourceOf } from '../../definition/refresh-key.ts';
import { heldContent, partOf, type Patch, patched, sizeOf } from './held-content.ts';

/** How entries are kept in memory. */
export interface MemoryStoreOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** When there are more, the one whose load began or that was written longest ago is forgotten. @default 10_000 */
  readonly maxEntries?: number;
  /** For how long, in ms, it is remembered which load has begun. A load that takes longer is superseded. @default 3_600_000 */
  readonly memoryMs?: number;
}

/**
 * Entries of every shape in the memory of this process, for tests and for a gateway that is alone. It keeps the
 * containers to itself, but shares the bytes with those who stored and read them: do not change them.
 *
 * @throws RangeError for a bad option.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): EntryStore {
  const { clock = systemClock, maxEntries = 10_000, memoryMs = 3_600_000 } = options;
  if (!(Number.isSafeInteger(maxEntries) && maxEntries >= 1)) {
    throw new RangeError(`maxEntries must be a positive integer, got ${maxEntries}`);
  }
  checkAtLeast('memoryMs', memoryMs, 1);
  return new MemoryStore(clock, maxEntries, memoryMs);
}

/** What is stored. Times are those of the monotonic clock. */
interface Stored {
  readonly ticket: number;
  readonly loadedAt: number;
  readonly freshUntil: number;
  readonly keptUntil: number;
  readonly validator: string | undefined;
  readonly content: Content;
}

interface Entry {
  /** The greatest ticket that has begun. */
  highest: number;
  /** The ticket that may write, until it is superseded. */
  ticket: number | undefined;
  begunAt: number;
  rememberedUntil: number;
  stored: Stored | undefined;
}

/** How many of the oldest are looked at, whenever a load begins, whether their time is over. */
const SWEEP = 4;
/** A process has far fewer. */
const MAX_SOURCES = 10_000;

class MemoryStore implements EntryStore {
  readonly shapes: ReadonlySet<Shape> = new Set<Shape>(['value', 'hash', 'list', 'zset']);
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #memoryMs: number;
  /** The one that was begun or written last comes last. */
  readonly #entries = new Map<string, Entry>();
  /** The newest leader of each source that has one. Sources are few: those of the definitions. */
  readonly #leaders = new Map<string, number>();
  #isClosed = false;

  constructor(clock: Clock, maxEntries: number, memoryMs: number) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
    this.#memoryMs = memoryMs;
  }

  async read(key: string, shape: Shape, part: Part, options: StoreCallOptions = {}): Promise<StoredEntry | undefined> {
    checkPart(shape, part);
    const stored = this.#entryOf(key, options)?.stored;
    if (stored === undefined) return undefined;
    if (stored.content.shape !== shape) throw contentError(`the entry is stored in another shape than ${shape}`);
    return { ...this.#freshnessOf(stored), content: partOf(stored.content, part) };
  }

  async begin(key: string, ticket: number, options: BeginOptions = {}): Promise<Begun | undefined> {
    checkTicket(ticket);
    const entry = this.#entryOf(key, options);
    if (!this.#mayLead(sourceOf(key), options.leader)) return undefined;
    const { highest = 0, stored } = entry ?? {};
    if (highest > ticket || (highest === ticket && entry?.ticket !== ticket)) return undefined;
    const now = this.#clock.monotonic();
    const begunAt = highest === ticket ? entry!.begunAt : now;
    const rememberedUntil = Math.max(now + this.#memoryMs, stored?.keptUntil ?? 0);
    this.#keep(key, { highest: ticket, ticket, begunAt, rememberedUntil, stored });
    const { shape = stored?.content.shape } = options;
    return { present: stored?.content.shape === shape ? stored && this.#freshnessOf(stored) : undefined };
  }

  async replace(key: string, replacement: Replacement, options: StoreCallOptions = {}): Promise<WriteOutcome> {
    checkLoad(replacement);
    checkContent(replacement.content);
    return this.#write(key, replacement, options, () => ({
      content: heldContent(replacement.content),
      validator: replacement.validator,
    }));
  }

  async prolong(key: string, prolongation: Prolongation, options: StoreCallOptions = {}): Promise<WriteOutcome> {
    checkLoad(prolongation);
    return this.#write(key, prolongation, options, (stored) => {
      return stored && { content: stored.content, validator: prolongation.validator ?? stored.validator };
    });
  }

  async patch(key: string, elements: Patch, options: StoreCallOptions = {}): Promise<boolean> {
    checkPatch(elements);
    const entry = this.#entryOf(key, options);
    if (entry?.stored === undefined) return false;
    const { content } = entry.stored;
    if (content.shape !== 'hash') throw contentError('single elements can be changed of a hash only');
    entry.ticket = undefined;
    entry.stored = { ...entry.stored, content: patched(content.elements, elements) };
    return true;
  }

  async invalidate(key: string, how: 'remove' | 'expire', options: StoreCallOptions = {}): Promise<void> {
    const entry = this.#entryOf(key, options);
    if (entry === undefined) return;
    entry.ticket = undefined;
    const { stored } = entry;
    if (stored === undefined) return;
    const freshUntil = Math.min(stored.freshUntil, this.#clock.monotonic());
    entry.stored = how === 'remove' ? undefined : { ...stored, freshUntil };
  }

  async admit(source: string, leader: number, options: StoreCallOptions = {}): Promise<boolean> {
    this.#entryOf(source, options);
    return this.#mayLead(source, leader);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#entries.clear();
    this.#leaders.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #write(
    key: string,
    { ticket, ttlMs, staleForMs, leader }: Prolongation,
    options: StoreCallOptions,
    next: (stored: Stored | undefined) => Pick<Stored, 'content' | 'validator'> | undefined,
  ): WriteOutcome {
    const entry = this.#entryOf(key, options);
    const mayWrite = entry?.ticket === ticket && this.#mayLead(sourceOf(key), leader);
    const after = mayWrite ? next(entry.stored) : undefined;
    if (entry === undefined || after === undefined) return 'superseded';
    const loadedAt = entry.begunAt;
    const freshUntil = loadedAt + Math.ceil(ttlMs);
    const keptUntil = freshUntil + Math.ceil(staleForMs);
    const rememberedUntil = Math.max(keptUntil, this.#clock.monotonic() + this.#memoryMs);
    this.#keep(key, { ...entry, rememberedUntil, stored: { ...after, ticket, loadedAt, freshUntil, keptUntil } });
    return 'stored';
  }

  /** Whether no later leader is known. From now on this one is the latest. */
  #mayLead(source: string, leader: number | undefined): boolean {
    if (leader === undefined) return true;
    checkLeader(leader);
    if (leader < (this.#leaders.get(source) ?? 0)) return false;
    this.#leaders.delete(source);
    this.#leaders.set(source, leader);
    const [oldest] = this.#leaders.keys();
    if (this.#leaders.size > MAX_SOURCES) this.#leaders.delete(oldest!);
    return true;
  }

  /** What is known of a key, without what is over. */
  #entryOf(key: string, { signal }: StoreCallOptions): Entry | undefined {
    if (this.#isClosed) throw new RefreshError('ERR_REFRESH_CLOSED', 'the store was closed');
    signal?.throwIfAborted();
    checkKey(key);
    return this.#current(key);
  }

  #current(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.#clock.monotonic();
    if (entry.stored !== undefined && entry.stored.keptUntil <= now) entry.stored = undefined;
    if (entry.rememberedUntil > now) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const oldest = this.#entries.keys();
    for (let looked = 0; looked < SWEEP; looked++) {
      const next = oldest.next();
      if (next.done === true) break;
      if (this.#entries.size > this.#maxEntries) this.#entries.delete(next.value);
      else this.#current(next.value);
    }
  }

  #freshnessOf({ ticket, loadedAt, freshUntil, validator, content }: Stored): Freshness {
    const now = this.#clock.monotonic();
    return { ticket, ageMs: now - loadedAt, freshForMs: freshUntil - now, size: sizeOf(content), validator };
  }
}
