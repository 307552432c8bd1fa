import type { Clock } from '@lockstep/core';
import type {
  DeleteEverywhereOptions,
  Item,
  Key,
  MarkStaleOptions,
  NodeOutcome,
  ReadOptions,
  ReadResult,
  StoreOptions,
  StoreOutcome,
} from '@lockstep/memcache';

import { toExpiresAt } from './expiry.ts';
import { keyBytes } from './key-bytes.ts';
import type { PoolLike } from './pool-like.ts';
import type { PoolCall, PoolWrite } from './pool-write.ts';
import type { ProxyWrite } from './write-hook.ts';

/** A value on its way to the pools. */
export interface ToStore {
  readonly key: Key;
  readonly value: Buffer;
  readonly flags: number;
  /** Within the bounds of the class. */
  readonly ttlSeconds: number;
  readonly clock: Clock;
}

/** The write that `set` is. */
export function set(stored: ToStore): PoolWrite<void> {
  const { key, value } = stored;
  return store(stored, (pool, options) => pool.set(key, value, options), always, undefined, undefined, done);
}

/** The write that `add` is. */
export function add(stored: ToStore): PoolWrite<StoreOutcome> {
  const { key, value } = stored;
  return store(stored, (pool, options) => pool.add(key, value, options), isStored, setToo(stored));
}

/** The write that `replace` is. */
export function replace(stored: ToStore): PoolWrite<StoreOutcome> {
  const { key, value } = stored;
  return store(stored, (pool, options) => pool.replace(key, value, options), isStored, setToo(stored));
}

/** The write that `cas` is. A value that may have been stored as stale is not for other pools. */
export function cas(stored: ToStore, token: bigint, orStale: boolean): PoolWrite<StoreOutcome> {
  const { key, value } = stored;
  const send = (pool: PoolLike, options: StoreOptions): Promise<StoreOutcome> =>
    pool.cas(key, value, token, orStale ? { ...options, orStale } : options);
  const follow = orStale ? forgetIf(key, isStored) : setToo(stored);
  return store(stored, send, isStored, follow, (pool) => pool.delete(key));
}

/** The write that `append` is. */
export function append(key: Key, value: Buffer): PoolWrite<StoreOutcome> {
  return { ...change(key, (pool) => pool.append(key, value), isStored), valueBytes: value.length };
}

/** The write that `prepend` is. */
export function prepend(key: Key, value: Buffer): PoolWrite<StoreOutcome> {
  return { ...change(key, (pool) => pool.prepend(key, value), isStored), valueBytes: value.length };
}

/** The write that `incr` is. */
export function incr(key: Key, delta: bigint): PoolWrite<bigint | undefined> {
  return change(key, (pool) => pool.incr(key, delta), isThere);
}

/** The write that `decr` is. */
export function decr(key: Key, delta: bigint): PoolWrite<bigint | undefined> {
  return change(key, (pool) => pool.decr(key, delta), isThere);
}

/** The write that `touch` is. */
export function touch(key: Key, ttlSeconds: number): PoolWrite<boolean> {
  return { ...change(key, (pool) => pool.touch(key, ttlSeconds), Boolean), follow: touchToo(key, ttlSeconds, Boolean) };
}

/** The write that `gat` is. */
export function gat(key: Key, ttlSeconds: number): PoolWrite<Item | undefined> {
  return { ...change(key, (pool) => pool.gat(key, ttlSeconds), isThere), follow: touchToo(key, ttlSeconds, isThere) };
}

/** The write that `read` is when it sets the time to live. */
export function readAndTouch(
  key: Key,
  options: ReadOptions & { readonly touchSeconds: number },
): PoolWrite<ReadResult> {
  const isFound = ({ status }: ReadResult): boolean => status !== 'miss';
  return {
    ...change(key, (pool) => pool.read(key, options), isFound),
    follow: touchToo(key, options.touchSeconds, isFound),
    shadow: (pool) => pool.touch(key, options.touchSeconds),
  };
}

/** The write that `delete` is. The hook hears of it also when nothing was there: another region may have it. */
export function remove(key: Key): PoolWrite<boolean> {
  return {
    send: (pool) => pool.delete(key),
    merge: anyOf,
    toHook: () => forget(key),
    removes: true,
    early: { answer: true },
  };
}

/** The write that `deleteEverywhere` is. Other pools of the class delete it where it belongs. */
export function removeEverywhere(key: Key, options: DeleteEverywhereOptions): PoolWrite<NodeOutcome[]> {
  let onSettled!: (outcomes: readonly NodeOutcome[]) => void;
  const settled = new Promise<readonly NodeOutcome[]>((resolve) => (onSettled = resolve));
  return {
    send: (pool) => pool.deleteEverywhere(key, { ...options, onSettled }),
    late: (outcomes) => {
      if (outcomes.some(({ isPending }) => isPending === true)) return settled;
      return outcomes.every(({ confirmed }) => confirmed) ? undefined : Promise.resolve(outcomes);
    },
    follow: () => (pool) => pool.delete(key),
    shadow: (pool) => pool.delete(key),
    toHook: () => forget(key),
    removes: true,
    everywhere: true,
  };
}

/** The write that `markStale` is. */
export function markStale(key: Key, options: MarkStaleOptions): PoolWrite<boolean> {
  return { ...remove(key), send: (pool) => pool.markStale(key, options) };
}

type SendValue<T> = (pool: PoolLike, options: StoreOptions) => Promise<T>;

/** In one piece, as copying parts of it together would be half the cost of a write. */
function store<T>(
  { key, value, flags, ttlSeconds, clock }: ToStore,
  send: SendValue<T>,
  isDone: (result: T) => boolean,
  follow: Follow<T> | undefined,
  shadow?: PoolCall<unknown>,
  early?: { readonly answer: T },
): PoolWrite<T> {
  const options = { flags, ttlSeconds };
  let startedAt: number | undefined;
  return {
    send: (pool) => {
      // Before memcached reads its clock, so that no copy outlives the original.
      startedAt ??= clock.now();
      return send(pool, options);
    },
    follow,
    shadow,
    toHook: (result) => {
      if (!isDone(result)) return undefined;
      const expiresAt = toExpiresAt(ttlSeconds, startedAt!);
      return expiresAt === undefined ? forget(key) : { kind: 'set', key: keyBytes(key), value, flags, expiresAt };
    },
    early,
    valueBytes: value.length,
  };
}

/** A write that travels as a delete, to other regions and to other pools, where `hasChanged` says so of its result. */
function change<T>(key: Key, send: PoolCall<T>, hasChanged: (result: T) => boolean): PoolWrite<T> {
  return {
    send,
    follow: forgetIf(key, hasChanged),
    toHook: (result) => (hasChanged(result) ? forget(key) : undefined),
  };
}

type Follow<T> = NonNullable<PoolWrite<T>['follow']>;

function forgetIf<T>(key: Key, hasChanged: (result: T) => boolean): Follow<T> {
  return (result) => (hasChanged(result) ? (pool) => pool.delete(key) : undefined);
}

function setToo({ key, value, flags, ttlSeconds }: ToStore): Follow<StoreOutcome> {
  return (outcome) => (isStored(outcome) ? (pool) => pool.set(key, value, { flags, ttlSeconds }) : undefined);
}

function touchToo<T>(key: Key, ttlSeconds: number, isFound: (result: T) => boolean): Follow<T> {
  return (result) => (isFound(result) ? (pool) => pool.touch(key, ttlSeconds) : undefined);
}

const done = { answer: undefined };

function always(): boolean {
  return true;
}

function isStored(outcome: StoreOutcome): boolean {
  return outcome === 'stored';
}

function isThere(value: unknown): boolean {
  return value !== undefined;
}

function anyOf(results: readonly boolean[]): boolean {
  return results.includes(true);
}

function forget(key: Key): ProxyWrite {
  return { kind: 'delete', key: keyBytes(key) };
}
