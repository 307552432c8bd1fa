import { type Clock, systemClock } from '@lockstep/core';

import { RefreshError } from '../../refresh-error.ts';
import { checkAtLeast } from '../../check-number.ts';
import { sourceOf } from '../../definition/refresh-key.ts';
import { checkContent, checkPatch, contentError } from '../check-content.ts';
import { checkKey } from '../check-key.ts';
import { checkLeader, checkLoad, checkTicket } from '../check-load.ts';
import { checkPart } from '../check-part.ts';
import type { Part, Shape } from '../content.ts';
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
import { createStoreCalls, type StoreCalls } from '../store-calls.ts';
import { createMemcacheItems, type MemcacheItems } from './memcache-items.ts';
import { createMemcacheNames } from './memcache-names.ts';
import type { MemcacheRecord, RecordedValue } from './memcache-record.ts';
import type { MemcacheTarget } from './memcache-target.ts';

/** How entries lie in memcached. */
export interface MemcacheStoreOptions {
  /** A pool or meta driver of @lockstep/memcache. You own it. */
  readonly pool: MemcacheTarget;
  /** Stands before every key: 1 to 100 printable ASCII characters. @default 'lr' */
  readonly prefix?: string;
  /** How long each command may take, in ms. A write is two, and more while others write. @default 1000 */
  readonly timeoutMs?: number;
  /** For how long, in ms, it is remembered which load has begun. A load that takes longer is superseded. @default 3_600_000 */
  readonly memoryMs?: number;
  /** A larger value is refused with ERR_REFRESH_STORE. Below what the servers take. @default 1_000_000 */
  readonly maxValueBytes?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Entries of the shape `value` in memcached, each in one item: who may write, how old the value is, and the value. A
 * read is one command; a write reads the item and replaces it by compare and swap, again while others do the same.
 *
 * Whatever memcached forgets (a restart, an eviction, a flush) it forgets at once of an entry: a read is a miss, and a
 * load that has begun is superseded. A CAS value that was read over another connection than the one that is there now
 * is not used: a server that was started anew counts from the beginning.
 *
 * While the node of a key is down its entry is a miss or an error, also over a pool that has keys served elsewhere.
 *
 * memcached counts whole seconds and does not tell the time, so how old an entry is follows from its time to live,
 * refined by the wall clock: clocks that are apart make an entry look older or fresher by 2 s at most. Nothing is kept
 * for longer than 30 days.
 *
 * @throws RangeError for a bad option; TypeError for a `pool` that cannot compare and swap.
 */
export function createMemcacheStore(options: MemcacheStoreOptions): EntryStore {
  const { pool, prefix = 'lr', timeoutMs = 1000, memoryMs = 3_600_000, clock = systemClock } = options;
  const { maxValueBytes = 1_000_000 } = options;
  checkAtLeast('timeoutMs', timeoutMs, 1);
  checkAtLeast('memoryMs', memoryMs, 1);
  if (!(Number.isSafeInteger(maxValueBytes) && maxValueBytes >= 1)) {
    throw new RangeError(`maxValueBytes must be a positive integer, got ${maxValueBytes}`);
  }
  if (!pool.capabilities.cas || pool.generation === undefined) {
    throw new TypeError('a store in memcached needs a driver that compares and swaps, and counts lost connections');
  }
  const calls = createStoreCalls('memcached', timeoutMs, clock);
  const items = createMemcacheItems({ pool, names: createMemcacheNames(prefix), calls, clock, timeoutMs, memoryMs });
  return new MemcacheStore(items, calls, maxValueBytes);
}

class MemcacheStore implements EntryStore {
  readonly shapes: ReadonlySet<Shape> = new Set<Shape>(['value']);
  readonly #items: MemcacheItems;
  readonly #calls: StoreCalls;
  readonly #maxValueBytes: number;

  constructor(items: MemcacheItems, calls: StoreCalls, maxValueBytes: number) {
    this.#items = items;
    this.#calls = calls;
    this.#maxValueBytes = maxValueBytes;
  }

  async read(
    key: string,
    shape: Shape,
    part: Part,
    { signal }: StoreCallOptions = {},
  ): Promise<StoredEntry | undefined> {
    checkPart(shape, part);
    checkKey(key);
    if (shape !== 'value') throw contentError('memcached holds entries of the shape value only');
    const record = await this.#items.read(key, signal);
    if (record?.value === undefined) return undefined;
    return { ...freshnessOf(record.value), content: { shape: 'value', value: record.bytes } };
  }

  async begin(key: string, ticket: number, options: BeginOptions = {}): Promise<Begun | undefined> {
    const { signal, shape = 'value', leader } = options;
    checkTicket(ticket);
    if (leader !== undefined) checkLeader(leader);
    checkKey(key);
    if (!(await this.#mayLead(key, leader, signal))) return undefined;
    const before = await this.#items.change(key, signal, (record) => {
      const { highest = 0, ticket: current } = record ?? {};
      if (highest > ticket || (highest === ticket && current !== ticket)) return 'refused';
      if (isPast(leader, record)) return 'refused';
      const begunMs = highest === ticket ? record!.begunMs : 0;
      return {
        highest: ticket,
        ticket,
        begunMs,
        leader: leader ?? record?.leader,
        value: record?.value,
        bytes: record?.bytes,
      };
    });
    if (before === 'refused') return undefined;
    const isPresent = before?.value !== undefined && shape === 'value';
    return { present: isPresent ? freshnessOf(before.value) : undefined };
  }

  async replace(key: string, replacement: Replacement, { signal }: StoreCallOptions = {}): Promise<WriteOutcome> {
    const { ttlMs, keptMs } = checkLoad(replacement);
    const { ticket, content, validator, leader } = replacement;
    checkContent(content);
    checkKey(key);
    if (content.shape !== 'value') throw contentError('memcached holds entries of the shape value only');
    const { value: bytes } = content;
    if (bytes.length > this.#maxValueBytes) {
      const message = `a value of ${bytes.length} bytes is above maxValueBytes, ${this.#maxValueBytes}`;
      throw new RefreshError('ERR_REFRESH_STORE', message);
    }
    if (!(await this.#mayLead(key, leader, signal))) return 'superseded';
    const before = await this.#items.change(key, signal, (record) => {
      if (record?.ticket !== ticket || isPast(leader, record)) return 'refused';
      const { begunMs, highest } = record;
      const value = { ticket, ageMs: begunMs, freshForMs: ttlMs - begunMs, keptForMs: keptMs - begunMs, validator };
      return { highest, ticket, begunMs, leader: record.leader, value, bytes };
    });
    return before === 'refused' ? 'superseded' : 'stored';
  }

  async prolong(key: string, prolongation: Prolongation, { signal }: StoreCallOptions = {}): Promise<WriteOutcome> {
    const { ttlMs, keptMs } = checkLoad(prolongation);
    const { ticket, leader } = prolongation;
    checkKey(key);
    if (!(await this.#mayLead(key, leader, signal))) return 'superseded';
    const before = await this.#items.change(key, signal, (record) => {
      if (record?.ticket !== ticket || record.value === undefined || isPast(leader, record)) return 'refused';
      const { begunMs, highest, bytes } = record;
      const { validator = record.value.validator } = prolongation;
      const value = { ticket, ageMs: begunMs, freshForMs: ttlMs - begunMs, keptForMs: keptMs - begunMs, validator };
      return { highest, ticket, begunMs, leader: record.leader, value, bytes };
    });
    return before === 'refused' ? 'superseded' : 'stored';
  }

  async patch(
    key: string,
    elements: ReadonlyMap<string, Buffer | undefined>,
    { signal }: StoreCallOptions = {},
  ): Promise<boolean> {
    checkPatch(elements);
    checkKey(key);
    const record = await this.#items.read(key, signal);
    if (record?.value === undefined) return false;
    throw contentError('single elements can be changed of a hash only');
  }

  async invalidate(key: string, how: 'remove' | 'expire', { signal }: StoreCallOptions = {}): Promise<void> {
    checkKey(key);
    await this.#items.change(key, signal, (record) => {
      if (record === undefined) return 'refused';
      const { highest, begunMs, leader, value, bytes } = record;
      const rest = { highest, ticket: undefined, begunMs, leader };
      if (how === 'remove' || value === undefined) return rest;
      return { ...rest, value: { ...value, freshForMs: Math.min(0, value.freshForMs) }, bytes };
    });
  }

  async admit(source: string, leader: number, { signal }: StoreCallOptions = {}): Promise<boolean> {
    checkKey(source);
    checkLeader(leader);
    const before = await this.#items.change(leaderItemOf(source), signal, (record) => {
      if ((record?.highest ?? 0) > leader) return 'refused';
      return { highest: leader, ticket: undefined, begunMs: 0, rememberedMs: LEADER_KEPT_MS };
    });
    return before !== 'refused';
  }

  async close(): Promise<void> {
    this.#calls.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Right before the step that writes, which looks at one item only. */
  async #mayLead(key: string, leader: number | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    if (leader === undefined) return true;
    const newest = await this.#items.read(leaderItemOf(sourceOf(key)), signal);
    return (newest?.highest ?? 0) <= leader;
  }
}

/** For how long a leader that does nothing is remembered: as long as memcached remembers anything. */
const LEADER_KEPT_MS = 30 * 86_400_000;

/** No entry has such a key: it has a control character. */
function leaderItemOf(source: string): string {
  return `\u0001leader:${source}`;
}

function isPast(leader: number | undefined, record: MemcacheRecord | undefined): boolean {
  return leader !== undefined && leader < (record?.leader ?? 0);
}

function freshnessOf({ ticket, ageMs, freshForMs, validator }: RecordedValue): Freshness {
  return { ticket, ageMs, freshForMs, size: 1, validator };
}
