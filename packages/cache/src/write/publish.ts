import type { InvalidationLog, PublishOptions } from '@lockstep/invalidation';

import { publishLag } from '../channels.ts';
import { type CacheCore, forgetAll, forgetKey, forgetTag, inBackground } from '../read/cache-core.ts';
import { markDropped } from './fence-mark.ts';

/** What a publish says besides keys and tags. */
export type PublishWords = Pick<PublishOptions, 'signal' | 'everywhere' | 'timeoutMs' | 'origin' | 'traceId'>;

/** Puts invalidations into the log, and forgets in this process what it put there. */
export interface Publish {
  /**
   * Takes as many publishes as it needs. Where it rejects with an error that has a `position`, the log has all of it.
   *
   * @param taken told how many of the keys, from the first on, need not be published again
   */
  entry(
    keys: readonly string[],
    tags: readonly string[],
    words: PublishWords,
    taken?: (count: number) => void,
  ): Promise<void>;
  clear(words: PublishWords): Promise<void>;
}

/** What one publish carries. */
const MAX_KEYS = 5000;

/** The one place that writes to the log. */
export function createPublish(core: CacheCore): Publish {
  const { log, shared, sharedTimeoutMs, pending, clock } = core;

  /** Publishes all of it; only the last publish waits for everywhere, so that none waits unsent for that. */
  async function append(
    keys: readonly string[],
    tags: readonly string[],
    words: PublishWords,
    taken: (count: number) => void,
  ): Promise<string> {
    const { everywhere = false, timeoutMs } = words;
    const startedAt = keys.length > MAX_KEYS ? clock.monotonic() : 0;
    let from = 0;
    for (; keys.length - from > MAX_KEYS; from += MAX_KEYS) {
      await log.publish(keys.slice(from, from + MAX_KEYS), { ...restOf(from), everywhere: false });
      taken(from + MAX_KEYS);
    }
    const last = everywhere && from > 0 ? withEachShard(log, keys, from) : keys.slice(from);
    return log.publish(last, { ...restOf(from), ...(tags.length > 0 ? { tags } : {}) });

    /** All of it together may take `timeoutMs`. */
    function restOf(sent: number): PublishWords {
      if (timeoutMs === undefined || sent === 0) return words;
      return { ...words, timeoutMs: Math.max(1, timeoutMs - (clock.monotonic() - startedAt)) };
    }
  }

  return {
    async entry(keys, tags, words, taken = () => undefined) {
      forget(core, keys, tags);
      try {
        // First the tier: who hears the log reads it next. If it fails all processes are told nevertheless, and told
        // again once it has succeeded.
        const failure =
          keys.length > 0 ? await failureOf(shared?.drop(keys, { timeoutMs: sharedTimeoutMs })) : undefined;
        const { origin: said = core.origin } = words;
        const isDropped = failure === undefined && shared?.dropMark !== undefined;
        const origin = isDropped ? markDropped(said, shared.dropMark) : said;
        const onTaken = failure === undefined ? taken : () => undefined;
        const position = await append(keys, tags, { ...words, origin }, onTaken).catch((error: unknown) => {
          throw failure !== undefined && isInLog(error) ? failure.error : error;
        });
        if (tags.length > 0) {
          // Shared values are judged by what this process has heard of their tags: until then they are not taken.
          pending.hold([], tags);
          untilHeard(core, position, () => pending.release([], tags));
        }
        await heardSoon(core, position, words.signal);
        if (failure !== undefined) throw failure.error;
      } finally {
        // What was begun before the log had it may have brought the old value; what begins now cannot.
        forget(core, keys, tags);
      }
    },
    async clear(words) {
      forgetAll(core);
      try {
        const position = await log.clear({ origin: core.origin, ...words });
        // Shared values of before are told by their epoch, once this process has heard of the new one.
        pending.holdAll();
        untilHeard(core, position, () => pending.releaseAll());
        await heardSoon(core, position, words.signal);
      } finally {
        forgetAll(core);
      }
    },
  };
}

/** True for the error of a publish that the log has: only that everybody has passed it is not known. */
export function isInLog(error: unknown): error is { readonly position: string } {
  return typeof (error as { position?: unknown } | undefined)?.position === 'string';
}

/** The keys from `from` on, and one before them of each part of the log that they leave out: who waits for it waits for all. */
function withEachShard(log: InvalidationLog, keys: readonly string[], from: number): string[] {
  const last = keys.slice(from);
  const shards = new Set(last.map((key) => log.shardOf(key)));
  for (const key of keys.slice(0, from)) {
    const shard = log.shardOf(key);
    if (shards.has(shard)) continue;
    shards.add(shard);
    last.push(key);
  }
  return last;
}

/** Calls back when this process has heard of its own publish, or when its lease is over for want of hearing. */
function untilHeard(core: CacheCore, position: string, done: () => void): void {
  const { follower, maxStalenessMs } = core;
  // If it hears nothing for that long, its horizon lies before the publish: it serves nothing until it has heard it.
  inBackground(core, follower.caughtUpTo(position, { timeoutMs: maxStalenessMs + 1000 }).finally(done));
}

/**
 * What this process loads next is newer than its entry, which must not throw it away when it is heard. A log that is not
 * heard only costs that load: so nobody waits for long.
 */
async function heardSoon(
  { follower, sharedTimeoutMs, clock, stats }: CacheCore,
  position: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const confirmedAt = clock.monotonic();
  try {
    await follower.caughtUpTo(position, { timeoutMs: sharedTimeoutMs, ...(signal === undefined ? {} : { signal }) });
    const lagMs = clock.monotonic() - confirmedAt;
    stats.invalidationsHeard++;
    stats.invalidationLagMs += lagMs;
    publishLag(lagMs);
  } catch {
    // The log has the entry: that is what was asked for.
  }
}

function forget(core: CacheCore, keys: readonly string[], tags: readonly string[]): void {
  for (const key of keys) forgetKey(core, key);
  for (const tag of tags) forgetTag(core, tag);
}

async function failureOf(work: Promise<void> | undefined): Promise<{ readonly error: unknown } | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return { error };
  }
}
