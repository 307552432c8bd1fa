import { describeError } from '@lockstep/core';

import { CacheError } from '../cache-error.ts';
import { jsonForm, type ValueForm } from '../codecs/codec.ts';
import { createHeardKeys, type HeardKeys } from './heard-keys.ts';
import { createMemcacheFences, type MemcacheFences } from './memcache-fences.ts';
import type { MemcacheNames } from './memcache-names.ts';
import {
  deleteUnchanged,
  type MemcacheCall,
  type MemcacheRead,
  type MemcacheTarget,
  ttlSecondsOf,
} from './memcache-target.ts';
import { formatMemcacheToken, parseMemcacheToken } from './memcache-token.ts';
import { createProblemReporter, type ProblemReporter } from './problem-reporter.ts';
import { createTagCheck, isRedisLog, type TagCheck } from './redis-tags.ts';
import { splitPayload, toSharedValue, unreadable } from './shared-payload.ts';
import type {
  ClaimBound,
  FenceBound,
  SharedBound,
  SharedContext,
  SharedFill,
  SharedRead,
  SharedStore,
  SharedValue,
} from './shared-tier.ts';
import { tooLarge } from './too-large.ts';
import { restOfHeader } from './value-header.ts';

/** What nobody waits for may take so long. */
const RELEASE_MS = 1000;

/** The shared tier on memcached: see `memcacheTier`. */
export class MemcacheStore implements SharedStore {
  readonly dropMark: string;
  readonly #target: MemcacheTarget;
  readonly #names: MemcacheNames;
  readonly #context: SharedContext;
  readonly #maxValueBytes: number;
  readonly #fences: MemcacheFences;
  /** Undefined over a log that is not in Redis: then nobody knows more than the cache itself. */
  readonly #tags: TagCheck | undefined;
  readonly #heard: HeardKeys;
  readonly #report: ProblemReporter;

  constructor(target: MemcacheTarget, names: MemcacheNames, context: SharedContext, maxValueBytes: number) {
    this.#target = target;
    this.#names = names;
    this.#context = context;
    this.#maxValueBytes = maxValueBytes;
    this.#fences = createMemcacheFences(target, context.clock);
    this.#tags = isRedisLog(context.log) ? createTagCheck(context.log) : undefined;
    this.#report = createProblemReporter(context.onError, context.clock);
    this.dropMark = names.mark;
    const { log, follower, clock, random } = context;
    this.#heard = createHeardKeys({
      clock,
      random,
      delete: (key) => target.delete(names.value(key).name, { timeoutMs: RELEASE_MS }),
      onFailure: (error) => this.#reportFailure(error),
      epochs: () => Array.from({ length: log.shards }, (_, shard) => follower.epoch(shard)),
      epochOf: (key) => this.#epochOf(key),
      clear: () => log.clear(),
    });
  }

  async get(key: string, bound: SharedBound): Promise<SharedValue | undefined> {
    const epoch = this.#epochOf(key);
    if (epoch === '' || this.#heard.has(key)) return undefined;
    const found = await this.#target.read(this.#names.value(key).name, callOf(bound));
    return this.#valueOf(key, found, epoch, bound.form);
  }

  getMany(keys: readonly string[], bound: SharedBound): Promise<(SharedValue | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key, bound)));
  }

  async claim(key: string, bound: ClaimBound): Promise<SharedRead> {
    const epoch = this.#epochOf(key);
    if (epoch === '') return { kind: 'fenced' };
    if (this.#heard.has(key)) await this.#heard.attempted();
    // As where there is no tier to ask.
    if (this.#heard.has(key)) return { kind: 'claimed', token: '' };
    const leaseSeconds = ttlSecondsOf(bound.leaseMs);
    const call = callOf(bound);
    const generation = this.#generation();
    const found = await this.#target.read(this.#names.value(key).name, { ...call, leaseSeconds });
    if (found.value === undefined && !found.mustRefresh && !found.isRefreshing) {
      // A node that stands in for another gives no leases.
      return { kind: 'claimed', token: '' };
    }
    const value = this.#valueOf(key, found, epoch, bound.form);
    if (value !== undefined && value.freshForMs > 0 && bound.evenIfFresh !== true) return { kind: 'hit', value };
    const stale = value === undefined ? {} : { stale: value };
    const id = found.value === undefined ? '' : idOf(this.#context.random);
    const isMine =
      found.value === undefined
        ? found.mustRefresh
        : (await this.#target.add(this.#names.claim(key), id, { ...call, ttlSeconds: leaseSeconds })) === 'stored';
    if (!isMine) return { kind: 'busy', ...stale };
    const token = formatMemcacheToken({ epoch, cas: found.cas, generation, id });
    // Only now: a write that fences later than this look deletes what the claim stands on.
    if (!(await this.#fences.isUp(this.#names.fence(key), call))) return { kind: 'claimed', token, ...stale };
    await this.release(key, token);
    return { kind: 'fenced' };
  }

  async fill(key: string, token: string, value: SharedFill, bound: SharedBound): Promise<boolean> {
    const claim = parseMemcacheToken(token);
    // Without a claim, from a node that stands in for another, there is nothing to compare with.
    if (claim === undefined) return token === '';
    const { name, isDigest } = this.#names.value(key);
    const call = callOf(bound);
    const form = (bound.form ?? jsonForm).name;
    const rest = restOfHeader({ ...value, form, key: isDigest ? key : undefined });
    const freshUntil = Math.floor(this.#context.clock.now() + value.ttlMs);
    const payload = typeof value.bytes === 'string' ? Buffer.from(value.bytes) : value.bytes;
    const ttlSeconds = ttlSecondsOf(value.ttlMs + value.graceMs);
    // A memcached that was started anew has given the number of this claim to something else, or soon will.
    const isOfNow = claim.epoch === this.#epochOf(key) && claim.generation === this.#generation();
    const refusal = tooLarge({ bytes: payload.length, maxBytes: this.#maxValueBytes, rest });
    if (refusal !== undefined) this.#report(refusal.code, () => refusal);
    const isShared = isOfNow && refusal === undefined && value.ttlMs + value.graceMs > 0;
    const store = async (): Promise<boolean> => {
      if (!isShared) return this.#endClaim(key, token, call);
      const bytes = Buffer.concat([Buffer.from(`${claim.epoch} ${freshUntil}${rest}`), payload]);
      // The flags hold for how long it is kept, so that a reader sees from what is left how much of it has passed.
      return (await this.#target.cas(name, bytes, claim.cas, { ...call, ttlSeconds, flags: ttlSeconds })) === 'stored';
    };
    const [hadClaim, areTagsFresh] = await Promise.all([
      store(),
      // Without anybody to ask, it is the cache that compares with what it has heard.
      this.#tags?.isFresh(value, ttlSeconds * 1000) ?? true,
      claim.id === '' ? undefined : this.#target.delete(this.#names.claim(key), call),
    ]);
    return hadClaim && isOfNow && areTagsFresh;
  }

  async release(key: string, token: string): Promise<void> {
    const call = { timeoutMs: RELEASE_MS };
    if (token.startsWith('!')) await this.#fences.lift(this.#names.fence(key), token.slice(1), call);
    else if (token !== '') await this.#endClaim(key, token, call);
  }

  isTagFresh(value: Pick<SharedValue, 'tags' | 'tagEpoch' | 'tagSequence'>): Promise<boolean> {
    return this.#tags?.isFresh(value) ?? Promise.resolve(value.tags.length === 0);
  }

  async fence(keys: readonly string[], bound: FenceBound): Promise<void> {
    const call = callOf(bound);
    await Promise.all(
      keys.map(async (key) => {
        await this.#fences.raise(this.#names.fence(key), bound.id, bound.ttlMs, call);
        await this.#target.delete(this.#names.value(key).name, call);
      }),
    );
  }

  async drop(keys: readonly string[], bound: SharedBound): Promise<void> {
    const call = callOf(bound);
    await Promise.all(keys.map((key) => this.#target.delete(this.#names.value(key).name, call)));
  }

  heard(keys: readonly string[]): void {
    this.#heard.add(keys);
  }

  /** The pool is the user's. */
  async close(): Promise<void> {
    this.#heard.close();
  }

  /** Resolves with true when the claim was still there. */
  async #endClaim(key: string, token: string, call: MemcacheCall): Promise<boolean> {
    const claim = parseMemcacheToken(token);
    if (claim === undefined) return false;
    const { name } = this.#names.value(key);
    if (claim.id === '') return deleteUnchanged(this.#target, name, claim.cas, call);
    // What it stands on is a value that others may still take as stale.
    const [found] = await Promise.all([
      this.#target.read(name, call),
      this.#target.delete(this.#names.claim(key), call),
    ]);
    return found.cas === claim.cas;
  }

  #generation(): number {
    return this.#target.generation ?? 0;
  }

  #epochOf(key: string): string {
    return this.#context.follower.epoch(this.#context.log.shardOf(key));
  }

  #valueOf(
    key: string,
    { value, flags, ttlSeconds }: MemcacheRead,
    epoch: string,
    form: ValueForm = jsonForm,
  ): SharedValue | undefined {
    if (value === undefined) return undefined;
    const payload = splitPayload(value, epoch, form);
    if (payload === undefined) return undefined;
    const isOfKey = payload !== unreadable && (payload.header.key ?? key) === key;
    if (!isOfKey || ttlSeconds < 0) {
      const message = 'something else than a cache has written to a value in the shared tier';
      this.#report('ERR_CACHE_SHARED_UNREADABLE', () => new CacheError('ERR_CACHE_SHARED_UNREADABLE', message));
      return undefined;
    }
    const { freshUntil, ttlMs } = payload.header;
    const byServer = ttlMs - (flags - ttlSeconds) * 1000;
    return toSharedValue(payload, Math.min(byServer, freshUntil - this.#context.clock.now()));
  }

  #reportFailure(cause: unknown): void {
    const message = `an invalidated value could not be deleted: ${describeError(cause)}; it is not read until it is`;
    this.#report('ERR_CACHE_SHARED_UNAVAILABLE', () => {
      return new CacheError('ERR_CACHE_SHARED_UNAVAILABLE', message, { cause });
    });
  }
}

function callOf({ timeoutMs, signal }: SharedBound): MemcacheCall {
  return { timeoutMs, signal };
}

function idOf(random: () => number): string {
  return Math.floor(random() * 2 ** 48).toString(36);
}
