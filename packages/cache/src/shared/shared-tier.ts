import type { Clock } from '@lockstep/core';
import type { InvalidationLog } from '@lockstep/invalidation';

import type { ValueForm } from '../codecs/codec.ts';

/** What a shared tier is told by the cache that opens it. */
export interface SharedContext {
  readonly log: InvalidationLog;
  /** What this process knows of the log: the epoch of a shard (`''` before it knows) and the last entry applied. */
  readonly follower: { epoch(shard: number): string; sequence(shard: number): number };
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of values that cannot be read and of failures that no caller sees. */
  readonly onError: (error: Error) => void;
}

/** Where the processes of a fleet share values: made by the user, opened by the cache. */
export interface SharedTier {
  readonly name: string;
  /** @throws TypeError when the tier cannot work beside this log. */
  open(context: SharedContext): SharedStore;
}

/** What bounds a call, and how its values are read. */
export interface SharedBound {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** @default jsonForm */
  readonly form?: ValueForm | undefined;
}

/** A value as the tier holds it. */
export interface SharedValue {
  /** A string where the form is text. */
  readonly bytes: Buffer | string;
  /** For how long it counts. 0 or less: only as stale, within its grace. */
  readonly freshForMs: number;
  readonly tags: readonly string[];
  /** Entries of shard 0 up to this one had been applied before it was loaded. */
  readonly tagSequence: number;
  readonly tagEpoch: string;
}

/** What a claim has found. */
export type SharedRead =
  | { readonly kind: 'hit'; readonly value: SharedValue }
  /** The caller is the one that loads, until the lease of the claim ends. `''` stands for no tier to ask. */
  | { readonly kind: 'claimed'; readonly token: string; readonly stale?: SharedValue }
  /** Somebody else loads: wait and ask again, or take what is stale. */
  | { readonly kind: 'busy'; readonly stale?: SharedValue }
  /** Load, and keep nothing: a write is under way, or the epoch is changing. */
  | { readonly kind: 'fenced' };

/** What a claim takes. */
export interface ClaimBound extends SharedBound {
  /** After that long somebody else may load. */
  readonly leaseMs: number;
  /** Claim although the value is fresh, to refresh it ahead; it comes back as `stale`. @default false */
  readonly evenIfFresh?: boolean | undefined;
}

/** What a fence takes. */
export interface FenceBound extends SharedBound {
  /** Names the write, without spaces: `release(key, '!' + id)` ends its fence. */
  readonly id: string;
  /** When the fence falls by itself. */
  readonly ttlMs: number;
}

/** What is stored. */
export interface SharedFill {
  readonly bytes: Buffer | string;
  readonly ttlMs: number;
  /** How long after `ttlMs` it may still be had as stale. */
  readonly graceMs: number;
  readonly tags: readonly string[];
  /** Epoch and last applied entry of shard 0, both read before the load began. */
  readonly tagEpoch: string;
  readonly tagSequence: number;
}

/** Who is told how a read has ended. */
export interface SharedAnswer {
  succeeded(value: SharedValue | undefined): void;
  failed(error: unknown): void;
}

/** A shared tier at work. Every promise settles by the deadline of its call once it is guarded. */
export interface SharedStore {
  /** `open` while a guard lets no reads through. @default 'ok' */
  readonly state?: 'ok' | 'open';
  /** True when `claim` compares with the epoch in the log's own Redis in the same step. @default false */
  readonly verifiesEpoch?: boolean;
  /** Where `drop` has something to do: what publishers say to each other who have done it for this place. */
  readonly dropMark?: string | undefined;
  /** The fast path: one plain read. */
  get(key: string, bound: SharedBound): Promise<SharedValue | undefined>;
  /** The same without a promise, each of which shows in a hit. It tells once, never before it has returned. */
  read?(key: string, bound: SharedBound, told: SharedAnswer): void;
  /** Reads, and makes the caller the one that loads when there is nothing fresh. */
  claim(key: string, bound: ClaimBound): Promise<SharedRead>;
  /** In the order of `keys`. */
  getMany(keys: readonly string[], bound: SharedBound): Promise<(SharedValue | undefined)[]>;
  /** False when the key was invalidated, cleared or fenced since the claim, or the lease ended: keep nothing. */
  fill(key: string, token: string, value: SharedFill, bound: SharedBound): Promise<boolean>;
  /** Gives a claim back, or ends a fence by `!<id>`. Never rejects: what it leaves behind ends by its time. */
  release(key: string, token: string): Promise<void>;
  /** True when none of the value's tags was invalidated after it was loaded. What cannot be known is false. */
  isTagFresh(value: Pick<SharedValue, 'tags' | 'tagEpoch' | 'tagSequence'>, bound: SharedBound): Promise<boolean>;
  /** Drops the values and voids the claims; until the fence ends, loads are answered `fenced`. */
  fence(keys: readonly string[], bound: FenceBound): Promise<void>;
  /** Drops what the entry of the log does not drop itself. Call it before the publish. */
  drop(keys: readonly string[], bound: SharedBound): Promise<void>;
  /** These were invalidated by somebody who has not dropped them: they are not read before that is made up for. */
  heard?(keys: readonly string[]): void;
  close(): Promise<void>;
}
