import type { RedisArgument, RedisClient } from '@lockstep/core';
import type { RedisLog } from '@lockstep/invalidation';

import { CacheError } from '../cache-error.ts';
import { jsonForm, type ValueForm } from '../codecs/codec.ts';
import { claim as claimScript } from './lua/claim.ts';
import { fence as fenceScript } from './lua/fence.ts';
import { fill as fillScript } from './lua/fill.ts';
import { release as releaseScript } from './lua/release.ts';
import { createProblemReporter, type ProblemReporter } from './problem-reporter.ts';
import { createRedisNames, type RedisNames } from './redis-names.ts';
import { createTagCheck, type TagCheck } from './redis-tags.ts';
import { createRedisReads, type RawValue, type RedisReads, type WantedValue } from './redis-reads.ts';
import { checksProcess, createRedisTrust, type RedisTrust, type Schedule } from './redis-trust.ts';
import { createServerTime, type ServerTime } from './server-time.ts';
import { splitPayload, toSharedValue, unreadable } from './shared-payload.ts';
import type {
  ClaimBound,
  FenceBound,
  SharedAnswer,
  SharedBound,
  SharedContext,
  SharedFill,
  SharedRead,
  SharedStore,
  SharedValue,
} from './shared-tier.ts';
import { tooLarge } from './too-large.ts';
import { restOfHeader } from './value-header.ts';

/** Keys of one call. */
const MAX_KEYS = 200;

/** What a Redis store is told besides its context. */
export interface RedisStoreOptions {
  readonly maxValueBytes: number;
  readonly schedule: Schedule;
}

/** The shared tier in the Redis of the log: see the scripts for what lies where. */
export class RedisStore implements SharedStore {
  readonly verifiesEpoch = true;
  readonly #log: RedisLog;
  readonly #names: RedisNames;
  readonly #context: SharedContext;
  readonly #maxValueBytes: number;
  readonly #time: ServerTime;
  readonly #trust: RedisTrust;
  readonly #reads: RedisReads;
  readonly #tags: TagCheck;
  readonly #report: ProblemReporter;
  readonly #bytesClient: RedisClient;
  readonly #check: '0' | '1';

  constructor(log: RedisLog, context: SharedContext, { maxValueBytes, schedule }: RedisStoreOptions) {
    this.#log = log;
    this.#names = createRedisNames(log);
    this.#context = context;
    this.#maxValueBytes = maxValueBytes;
    this.#time = createServerTime(context.clock);
    this.#trust = createRedisTrust(log, this.#time, schedule);
    this.#reads = createRedisReads(log.client, this.#trust, (shard) => context.follower.epoch(shard));
    this.#tags = createTagCheck(log);
    this.#report = createProblemReporter(context.onError, context.clock);
    this.#bytesClient = bytesRepliesOf(log.client);
    this.#check = checksProcess(log) ? '1' : '0';
  }

  get(key: string, bound: SharedBound): Promise<SharedValue | undefined> {
    return new Promise((succeeded, failed) => this.read(key, bound, { succeeded, failed }));
  }

  read(key: string, { form = jsonForm }: SharedBound, told: SharedAnswer): void {
    const shard = this.#log.shardOf(key);
    const epoch = this.#context.follower.epoch(shard);
    if (epoch === '') {
      void Promise.resolve(undefined).then((none) => told.succeeded(none));
      return;
    }
    const wanted = new WantedRead((raw) => this.#valueOf(raw, epoch, form), told);
    this.#reads.read(shard, this.#log.keys.value(key), form.isText, wanted);
  }

  getMany(keys: readonly string[], bound: SharedBound): Promise<(SharedValue | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key, bound)));
  }

  async claim(key: string, { form = jsonForm, leaseMs, evenIfFresh = false }: ClaimBound): Promise<SharedRead> {
    const { keys } = this.#log;
    const shard = this.#log.shardOf(key);
    const known = this.#context.follower.epoch(shard);
    const names = [keys.state(shard), keys.value(key), keys.claim(key), this.#names.fence(key)];
    const token = tokenOf(this.#context.random);
    const sentAt = this.#time.mark();
    const client = form.isText ? this.#log.client : this.#bytesClient;
    const args = [known, form.name, token, Math.ceil(leaseMs), evenIfFresh ? '1' : '', this.#check];
    const reply = (await claimScript.run(client, names, args)) as [RedisArgument, number, RedisArgument?, unknown?];
    this.#time.learn(reply[1], sentAt);
    const kind = String(reply[0]);
    if (kind === 'F') return { kind: 'fenced' };
    const epoch = String(reply[2]);
    const value = this.#valueOf(reply[3], epoch, form);
    if (kind === 'H' && value !== undefined) return { kind: 'hit', value };
    const stale = value === undefined ? {} : { stale: value };
    if (kind === 'C') return { kind: 'claimed', token: `${epoch}:${token}`, ...stale };
    if (kind === 'B') return { kind: 'busy', ...stale };
    // Fresh for the script and yet not readable: foreign bytes, which nobody would ever replace.
    await this.#log.client.call('UNLINK', keys.value(key));
    return { kind: 'fenced' };
  }

  async fill(key: string, token: string, value: SharedFill, { form = jsonForm }: SharedBound): Promise<boolean> {
    const { keys } = this.#log;
    const keptMs = Math.ceil(value.ttlMs + value.graceMs);
    const rest = restOfHeader({ ...value, form: form.name, key: undefined });
    const refusal = tooLarge({ bytes: Buffer.byteLength(value.bytes), maxBytes: this.#maxValueBytes, rest });
    if (refusal !== undefined) this.#report(refusal.code, () => refusal);
    const isShared = refusal === undefined && keptMs >= 1;
    const names = [keys.state(this.#log.shardOf(key)), keys.value(key), keys.claim(key)];
    const body = isShared ? [keptMs, Math.ceil(value.ttlMs), rest, value.bytes] : ['', 0, '', ''];
    const sentAt = this.#time.mark();
    const [reply, areTagsFresh] = await Promise.all([
      fillScript.run(this.#log.client, names, [token, ...body]) as Promise<[number, number]>,
      this.#tags.isFresh(value, keptMs),
    ]);
    this.#time.learn(reply[1], sentAt);
    return reply[0] === 1 && areTagsFresh;
  }

  async release(key: string, token: string): Promise<void> {
    if (token === '') return;
    if (token.startsWith('!')) await this.#log.client.call('HDEL', this.#names.fence(key), token.slice(1));
    else await releaseScript.run(this.#log.client, [this.#log.keys.claim(key)], [token]);
  }

  isTagFresh(value: Pick<SharedValue, 'tags' | 'tagEpoch' | 'tagSequence'>): Promise<boolean> {
    return this.#tags.isFresh(value);
  }

  async fence(keys: readonly string[], { id, ttlMs }: FenceBound): Promise<void> {
    const { keys: names } = this.#log;
    const parts = Array.from(this.#byShard(keys).values(), (group) =>
      chunksOf(group, MAX_KEYS).map((chunk) => {
        const all = chunk.flatMap((key) => [names.value(key), names.claim(key), this.#names.fence(key)]);
        return fenceScript.run(this.#log.client, all, [id, Math.ceil(ttlMs)]);
      }),
    );
    await Promise.all(parts.flat());
  }

  /** The entry of the log drops values and claims in the same step. */
  async drop(): Promise<void> {}

  async close(): Promise<void> {
    this.#trust.close();
  }

  #valueOf(raw: unknown, epoch: string, form: ValueForm): SharedValue | undefined {
    if (typeof raw !== 'string' && !Buffer.isBuffer(raw)) return undefined;
    const payload = splitPayload(raw, epoch, form);
    if (payload === undefined) return undefined;
    if (payload !== unreadable) {
      const now = this.#time.now();
      // The first read after a long silence: a claim knows the time, and tells it.
      return this.#time.isOld ? undefined : toSharedValue(payload, payload.header.freshUntil - now);
    }
    const message = 'something else than a cache has written to a value in the shared tier';
    this.#report('ERR_CACHE_SHARED_UNREADABLE', () => new CacheError('ERR_CACHE_SHARED_UNREADABLE', message));
    return undefined;
  }

  #byShard(keys: readonly string[]): Map<number, string[]> {
    const groups = new Map<number, string[]>();
    for (const key of keys) {
      const shard = this.#log.shardOf(key);
      const group = groups.get(shard);
      if (group === undefined) groups.set(shard, [key]);
      else group.push(key);
    }
    return groups;
  }
}

/** One plain read: a class, for every hit makes one. */
class WantedRead implements WantedValue {
  readonly #valueOf: (raw: RawValue) => SharedValue | undefined;
  readonly #told: SharedAnswer;

  constructor(valueOf: (raw: RawValue) => SharedValue | undefined, told: SharedAnswer) {
    this.#valueOf = valueOf;
    this.#told = told;
  }

  found(raw: RawValue): void {
    let value: SharedValue | undefined;
    try {
      value = this.#valueOf(raw);
    } catch (error) {
      this.#told.failed(error);
      return;
    }
    this.#told.succeeded(value);
  }

  failed(error: unknown): void {
    this.#told.failed(error);
  }
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function tokenOf(random: () => number): string {
  const part = (): string => Math.floor(random() * 0x1_0000_0000).toString(36);
  return part() + part() + part();
}

/** The same client with bulk replies as buffers, for scripts that answer with a payload. */
function bytesRepliesOf(client: RedisClient): RedisClient {
  return {
    call: (command, ...args) => client.callBuffer(command, ...args),
    callBuffer: (command, ...args) => client.callBuffer(command, ...args),
    duplicate: () => client.duplicate(),
  };
}
