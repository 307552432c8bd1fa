import { systemClock } from '@lockstep/core';
import type { Follower, InvalidationLog } from '@lockstep/invalidation';

import type {
  ClaimBound,
  SharedBound,
  SharedContext,
  SharedFill,
  SharedStore,
  SharedTier,
} from '../shared/shared-tier.ts';

/** What one process of a fleet has of its tier. */
export interface TierSession extends AsyncDisposable {
  readonly store: SharedStore;
  readonly log: InvalidationLog;
  readonly follower: Follower;
  readonly errors: Error[];
  /** As a cache does it: drop, then publish; resolves when the own follower has heard it. */
  invalidate(...keys: string[]): Promise<void>;
}

/** What the calls of the suite are given. */
export const bound: SharedBound = { timeoutMs: 2000 };
export const claimBound: ClaimBound = { ...bound, leaseMs: 30_000 };

/** A session over a log and a tier. It leaves the log open. */
export async function openSession(
  log: InvalidationLog,
  tier: SharedTier,
  over: Partial<SharedContext> = {},
): Promise<TierSession> {
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const follower = log.follow({ onInvalidate: () => undefined, onReset: () => undefined, onError, heartbeatMs: 50 });
  await follower.ready;
  const store = tier.open({ log, follower, clock: systemClock, random: Math.random, onError, ...over });
  return {
    store,
    log,
    follower,
    errors,
    async invalidate(...keys) {
      await store.drop(keys, bound);
      await follower.caughtUpTo(await log.publish(keys));
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await follower.close();
    },
  };
}

/** What a session stores now, loaded now. */
export function fillOf({ follower }: TierSession, bytes: string | Buffer, over: Partial<SharedFill> = {}): SharedFill {
  const asOf = { tagEpoch: follower.epoch(0), tagSequence: follower.sequence(0) };
  return { bytes, ttlMs: 60_000, graceMs: 0, tags: [], ...asOf, ...over };
}

/** Claims and fills. @returns whether it was filled */
export async function put(
  session: TierSession,
  key: string,
  bytes: string | Buffer,
  over: Partial<SharedFill> = {},
): Promise<boolean> {
  const value = fillOf(session, bytes, over);
  const read = await session.store.claim(key, claimBound);
  return read.kind === 'claimed' ? session.store.fill(key, read.token, value, bound) : false;
}

/** The token of a claim that must succeed. */
export async function tokenFor({ store }: TierSession, key: string, over: Partial<ClaimBound> = {}): Promise<string> {
  const read = await store.claim(key, { ...claimBound, ...over });
  if (read.kind !== 'claimed') throw new Error(`expected a claim, got ${read.kind}`);
  return read.token;
}

/** What a read gives, as text. */
export async function textAt({ store }: TierSession, key: string): Promise<string | undefined> {
  const value = await store.get(key, bound);
  return value === undefined ? undefined : String(value.bytes);
}
