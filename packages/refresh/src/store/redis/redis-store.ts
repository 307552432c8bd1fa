import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { checkAtLeast } from '../../check-number.ts';
import { checkContent, checkPatch, contentError } from '../check-content.ts';
import { checkKey } from '../check-key.ts';
import { checkLeader, checkLoad, checkTicket } from '../check-load.ts';
import { checkPart } from '../check-part.ts';
import type { Part, Shape } from '../content.ts';
import type {
  BeginOptions,
  Begun,
  EntryStore,
  Prolongation,
  Replacement,
  StoreCallOptions,
  StoredEntry,
  WriteOutcome,
} from '../entry-store.ts';
import { createStoreCalls, type StoreCalls } from '../store-calls.ts';
import { toFreshness } from './entry-reply.ts';
import { createLedScripts, LEADER_KEPT_MS, type LedScripts } from './led-scripts.ts';
import { begin as beginScript } from './lua/begin.ts';
import { invalidate as invalidateScript } from './lua/invalidate.ts';
import { patch as patchScript } from './lua/patch.ts';
import { prolong as prolongScript } from './lua/prolong.ts';
import { readPart } from './reader.ts';
import { createRedisNames, type EntryNames } from './redis-names.ts';
import { createReplacer, type Replacer } from './replacer.ts';

/** How entries lie in Redis. */
export interface RedisStoreOptions {
  /** A `Redis` or `Cluster` of ioredis. You own it. */
  readonly redis: RedisClient;
  /** Stands before every key: 1 to 100 characters without braces. @default 'lr:' */
  readonly prefix?: string;
  /** How long each command may take, in ms. A large replacement is several. @default 2000 */
  readonly timeoutMs?: number;
  /** For how long, in ms, it is remembered which load has begun. A load that takes longer is superseded. @default 3_600_000 */
  readonly memoryMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/**
 * Entries of every shape in Redis.
 *
 * It rests on these guarantees of Redis 7:
 * - A script runs alone from its first command to its last, so a reader sees what was before it or after it. Nothing
 *   rolls it back: every script checks first, and the first thing it writes is what a full memory refuses.
 * - Expiry is set in the script that writes. Within a script time stands still, so nothing expires between two of its
 *   commands; all times are those of `TIME`. An entry from before that clock was set back counts as stale.
 * - The effects of a script reach replicas and the append-only file as one transaction, with absolute expiries.
 * - RENAME of keys in one slot takes constant time when there is nothing to free, and UNLINK frees in the background.
 *   A content above 500 elements or 64 KiB is gathered in chunks under a name of its own that expires by itself, and
 *   one short script puts it in place. More than 2,000 elements or 512 KiB are read in several steps, which begin anew
 *   when the entry was replaced in between, so that Redis serves others meanwhile.
 *
 * It does not rest on a Redis keeping its data: a load that began in another Redis process (run_id) than that which is
 * to store it is superseded, be it a restart with old data or a replica that took over. Where INFO is not permitted
 * this cannot be told.
 *
 * @throws RangeError for a bad option.
 */
export function createRedisStore(options: RedisStoreOptions): EntryStore {
  const { prefix = 'lr:', timeoutMs = 2000, memoryMs = 3_600_000, clock = systemClock, random = Math.random } = options;
  checkAtLeast('timeoutMs', timeoutMs, 1);
  checkAtLeast('memoryMs', memoryMs, 1);
  const client = bytesRepliesOf(options.redis);
  const calls = createStoreCalls('Redis', timeoutMs, clock);
  const names = createRedisNames(prefix);
  const led = createLedScripts(client, calls, prefix);
  const replacer = createReplacer({ client, calls, led, random, memoryMs: Math.ceil(memoryMs) });
  return new RedisStore({ client, calls, led, replacer, names, memoryMs: Math.ceil(memoryMs) });
}

interface Parts {
  readonly client: RedisClient;
  readonly calls: StoreCalls;
  readonly led: LedScripts;
  readonly replacer: Replacer;
  readonly names: (key: string) => EntryNames;
  readonly memoryMs: number;
}

class RedisStore implements EntryStore {
  readonly shapes: ReadonlySet<Shape> = new Set<Shape>(['value', 'hash', 'list', 'zset']);
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(
    key: string,
    shape: Shape,
    part: Part,
    { signal }: StoreCallOptions = {},
  ): Promise<StoredEntry | undefined> {
    checkPart(shape, part);
    const { client, calls } = this.#parts;
    return readPart({ client, calls, signal, names: this.#namesOf(key), shape }, part);
  }

  async begin(key: string, ticket: number, { signal, shape, leader }: BeginOptions = {}): Promise<Begun | undefined> {
    checkTicket(ticket);
    if (leader !== undefined) checkLeader(leader);
    const { led, memoryMs } = this.#parts;
    const args = [ticket, memoryMs, shape ?? '', leader ?? '', LEADER_KEPT_MS];
    const call = { script: beginScript, key, keys: this.#namesOf(key), args, leader, refusal: null, signal };
    const reply = await led.run(call);
    if (reply === null) return undefined;
    return { present: (reply as unknown[]).length === 0 ? undefined : toFreshness(reply) };
  }

  async replace(key: string, replacement: Replacement, { signal }: StoreCallOptions = {}): Promise<WriteOutcome> {
    const times = checkLoad(replacement);
    checkContent(replacement.content);
    checkKey(key);
    return this.#parts.replacer.replace(key, this.#parts.names(key), replacement, { ...times, signal });
  }

  async prolong(key: string, prolongation: Prolongation, { signal }: StoreCallOptions = {}): Promise<WriteOutcome> {
    const { ttlMs, keptMs } = checkLoad(prolongation);
    const { led, memoryMs } = this.#parts;
    const { ticket, validator, leader } = prolongation;
    const args = [ticket, ttlMs, keptMs, memoryMs, validator === undefined ? '' : `=${validator}`, leader ?? ''];
    const keys = this.#namesOf(key);
    const reply = await led.run({ script: prolongScript, key, keys, args, leader, refusal: 0, signal });
    return reply === 1 ? 'stored' : 'superseded';
  }

  async patch(
    key: string,
    elements: ReadonlyMap<string, Buffer | undefined>,
    { signal }: StoreCallOptions = {},
  ): Promise<boolean> {
    checkPatch(elements);
    const { client, calls } = this.#parts;
    const names = this.#namesOf(key);
    const args = Array.from(elements).flatMap(([id, bytes]) => [id, bytes === undefined ? '-' : '=', bytes ?? '']);
    const reply = await calls.step(() => patchScript.run(client, names, args), signal);
    if (reply === 2) throw contentError('single elements can be changed of a hash only');
    return reply === 1;
  }

  async invalidate(key: string, how: 'remove' | 'expire', { signal }: StoreCallOptions = {}): Promise<void> {
    const { client, calls } = this.#parts;
    const names = this.#namesOf(key);
    await calls.step(() => invalidateScript.run(client, names, [how]), signal);
  }

  async admit(source: string, leader: number, { signal }: StoreCallOptions = {}): Promise<boolean> {
    checkKey(source);
    checkLeader(leader);
    return this.#parts.led.admit(source, leader, signal);
  }

  async close(): Promise<void> {
    this.#parts.calls.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #namesOf(key: string): readonly string[] {
    checkKey(key);
    const { meta, data, order } = this.#parts.names(key);
    return [meta, data, order];
  }
}

/** The same client with bulk replies as buffers. */
function bytesRepliesOf(client: RedisClient): RedisClient {
  return {
    call: (command, ...args) => client.callBuffer(command, ...args),
    callBuffer: (command, ...args) => client.callBuffer(command, ...args),
    duplicate: () => client.duplicate(),
  };
}
