import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import type { Item, MemcachePool, NodeAddress } from '@lockstep/memcache';
import type { WriteWatch } from '@lockstep/replication';

import type { DumpedKey } from '../walk/dumped-key.ts';
import { walkKeys } from '../walk/walk-keys.ts';

/** The calls on a pool that is read. */
export type SourcePool = Pick<MemcachePool, 'getMany'>;
/** The calls on a pool that is filled. */
export type TargetPool = Pick<MemcachePool, 'add' | 'gets' | 'cas' | 'delete'>;

/** The longest time to live that memcached counts from now. */
const maxRelativeSeconds = 30 * 86_400;

/** What is copied from where to where. */
export interface WarmPoolOptions {
  /** The servers of the warm pool. */
  readonly nodes: readonly NodeAddress[];
  readonly source: SourcePool;
  readonly target: TargetPool;
  /** Whether a key is to be copied. */
  readonly isMeant: (key: Buffer) => boolean;
  /** The writes of every region since before anything was read. */
  readonly watches: readonly Pick<WriteWatch, 'catchUp' | 'isWritten'>[];
  readonly keysPerSecond: number;
  /** How long a value stays on trial: longer than a write takes from its beginning until it is in a journal. */
  readonly holdMs: number;
  readonly signal: AbortSignal;
}

/** What became of the keys. */
export interface WarmCounts {
  /** Keys that were met and meant. */
  walked: number;
  /** Values that were added and stayed. */
  added: number;
  /** Keys that were there already, or gone at the source. */
  passed: number;
  /** Keys that somebody wrote meanwhile, or whose time was over; what had been added is gone. */
  written: number;
}

interface Trial {
  readonly key: Buffer;
  readonly item: Item;
  readonly expiresAt: number;
  /** Monotonic; infinite until it is known to be there. */
  addedAt: number;
}

const portion = 200;
/** A value on trial goes by itself after this time, should nobody be left to judge it. */
const trialSeconds = 60;
const maxTrialBytes = 64 * 1024 * 1024;

/**
 * Copies the values of a warm pool into one that lacks them, with `add`, so that nothing newer is overwritten.
 *
 * A value that is copied past the journals may be older than what they bring. So each is added for a short time, and
 * kept when, a while later, no journal has a write of its key since the copying began; else it is deleted.
 *
 * @throws whatever kept it from going on; what was on trial then is deleted, or goes by itself.
 */
export async function warmPool(options: WarmPoolOptions, counts: WarmCounts): Promise<void> {
  const { nodes, target, keysPerSecond, holdMs, signal } = options;
  const trials: Trial[] = [];
  // Each call of a portion listens to it.
  setMaxListeners(0, signal);
  try {
    let nextAt = performance.now();
    for (const node of nodes) {
      for await (const keys of walkKeys(node, { signal })) {
        for (let at = 0; at < keys.length; at += portion) {
          await pause(Math.max(0, nextAt - performance.now()), undefined, { signal });
          const asked = await addPortion(keys.slice(at, at + portion), options, counts, trials);
          nextAt = Math.max(nextAt, performance.now() - 1000) + (asked / keysPerSecond) * 1000;
          await judge(trials, options, counts);
          while (bytesOf(trials) > maxTrialBytes) {
            await pause(holdMs / 10, undefined, { signal });
            await judge(trials, options, counts);
          }
        }
      }
    }
    while (trials.length > 0) {
      await pause(Math.min(holdMs, 100), undefined, { signal });
      await judge(trials, options, counts);
    }
  } finally {
    await Promise.allSettled(trials.map(({ key }) => target.delete(key)));
  }
}

async function addPortion(
  dumped: readonly DumpedKey[],
  { isMeant, source, target, watches, signal }: WarmPoolOptions,
  counts: WarmCounts,
  trials: Trial[],
): Promise<number> {
  const now = Date.now() / 1000;
  const meant = dumped.filter(({ key, expiresAt }) => isMeant(key) && (expiresAt === 0 || expiresAt > now + 1));
  counts.walked += meant.length;
  const free = meant.filter(({ key }) => !watches.some((watch) => watch.isWritten(key)));
  counts.written += meant.length - free.length;
  const items = await source.getMany(
    free.map(({ key }) => key),
    { signal },
  );
  await Promise.all(
    free.map(async ({ key, expiresAt }, at) => {
      const item = items[at];
      const ttlSeconds = expiresAt === 0 ? trialSeconds : Math.min(trialSeconds, Math.floor(expiresAt - now));
      const outcome =
        item === undefined ? 'gone' : await tryOut({ key, item, expiresAt }, { target, trials, ttlSeconds, signal });
      if (outcome !== 'stored') counts.passed += 1;
    }),
  );
  return meant.length;
}

async function tryOut(
  { key, item, expiresAt }: Omit<Trial, 'addedAt'>,
  {
    target,
    trials,
    ttlSeconds,
    signal,
  }: { target: TargetPool; trials: Trial[]; ttlSeconds: number; signal: AbortSignal },
): Promise<string> {
  const trial = { key, item, expiresAt, addedAt: Number.POSITIVE_INFINITY };
  // Before it is there: a call that fails may have stored it all the same.
  trials.push(trial);
  const outcome = await target.add(key, item.value, { flags: item.flags, ttlSeconds, signal });
  if (outcome === 'stored') trial.addedAt = performance.now();
  else trials.splice(trials.indexOf(trial), 1);
  return outcome;
}

/** Keeps or deletes what has been on trial for long enough. */
async function judge(
  trials: Trial[],
  { watches, target, holdMs, signal }: WarmPoolOptions,
  counts: WarmCounts,
): Promise<void> {
  const until = performance.now() - holdMs;
  const due = trials.filter(({ addedAt }) => addedAt <= until);
  if (due.length === 0) return;
  await Promise.all(watches.map((watch) => watch.catchUp()));
  await Promise.all(
    due.map(async (trial) => {
      if (watches.some((watch) => watch.isWritten(trial.key))) {
        await target.delete(trial.key, { signal });
        counts.written += 1;
      } else if (await keep(trial, target, signal)) counts.added += 1;
      else counts.written += 1;
    }),
  );
  const isDue = new Set(due);
  trials.splice(0, trials.length, ...trials.filter((trial) => !isDue.has(trial)));
}

/** Gives a value its own time to live. False when it is not the one any more that was added. */
async function keep({ key, item, expiresAt }: Trial, target: TargetPool, signal: AbortSignal): Promise<boolean> {
  const ttlSeconds = expiresAt === 0 ? 0 : Math.floor(expiresAt - Date.now() / 1000);
  const held = await target.gets(key, { signal });
  if (held?.cas === undefined || held.flags !== item.flags || !held.value.equals(item.value)) return false;
  // It was added with the little that is left.
  if (expiresAt !== 0 && ttlSeconds < trialSeconds) return true;
  // Above 30 days memcached takes it for a moment instead of a time.
  const ttl = ttlSeconds > maxRelativeSeconds ? expiresAt : ttlSeconds;
  const outcome = await target.cas(key, item.value, held.cas, { flags: item.flags, ttlSeconds: ttl, signal });
  return outcome === 'stored';
}

function bytesOf(trials: readonly Trial[]): number {
  return trials.reduce((sum, { item }) => sum + item.value.length, 0);
}
