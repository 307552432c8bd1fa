import { CacheError } from '../cache-error.ts';
import { hearsInvalidations, outcomeOf, publishInvalidate } from '../channels.ts';
import { checkNumber } from '../check-number.ts';
import { type CacheCore, cacheClosed } from '../read/cache-core.ts';
import type { InvalidateOptions, MutateOptions } from '../view.ts';
import { markOrigin } from './fence-mark.ts';
import type { Outbox } from './outbox.ts';
import { isInLog, type Publish, type PublishWords } from './publish.ts';

/** The writes of a cache, by key and tag. */
export interface Writer {
  invalidate(keys: readonly string[], tags: readonly string[], options: InvalidateOptions): Promise<void>;
  clear(options: InvalidateOptions): Promise<void>;
  mutate<Result>(
    keys: readonly string[],
    write: () => Promise<Result> | Result,
    options: MutateOptions,
  ): Promise<Result>;
}

const FENCE_MS = 10_000;

/** Writes of `core`: what the log does not confirm goes to the outbox. */
export function createWriter(core: CacheCore, publish: Publish, outbox: Outbox): Writer {
  const { pending, fences, shared, stats } = core;
  let fenceCount = 0;

  async function invalidate(
    keys: readonly string[],
    tags: readonly string[],
    options: InvalidateOptions,
  ): Promise<void> {
    pending.hold(keys, tags);
    let taken = 0;
    await confirm(
      () => publish.entry(keys, tags, wordsOf(options), (count) => (taken = count)),
      () => pending.release(keys, tags),
      () => {
        pending.release(keys.slice(0, taken), []);
        outbox.add(keys.slice(taken), tags);
      },
      { keys, tags, options, left: () => keys.slice(taken) },
    );
  }

  /** Runs a publish, and leaves the keys that the log does not confirm to the outbox. */
  async function confirm(
    send: () => Promise<void>,
    release: () => void,
    leaveToOutbox: () => void,
    about: {
      keys: readonly string[];
      tags: readonly string[];
      options: InvalidateOptions;
      left: () => readonly string[];
    },
  ): Promise<void> {
    const { keys, tags, options, left } = about;
    const startedAt = hearsInvalidations() ? core.clock.monotonic() : undefined;
    const report = (outcome: string): void => {
      if (startedAt === undefined) return;
      const durationMs = core.clock.monotonic() - startedAt;
      publishInvalidate({ keys: keys.length, tags: tags.length, durationMs, outcome });
    };
    try {
      await send();
    } catch (cause) {
      report(outcomeOf(cause));
      if (isInLog(cause)) {
        release();
        const { position } = cause;
        const message = 'the log has the invalidation, but not every process confirmed it in time';
        throw new CacheError('ERR_CACHE_NOT_EVERYWHERE', message, { cause, keys, tags, position });
      }
      if (cause instanceof TypeError || cause instanceof RangeError) {
        release();
        throw cause;
      }
      stats.invalidationsFailed++;
      if (outbox.isClosed) {
        release();
        const message = 'the cache was closed before the log confirmed the invalidation, which is not tried again';
        throw new CacheError('ERR_CACHE_CLOSED', message, { cause, keys: left(), tags });
      }
      leaveToOutbox();
      options.signal?.throwIfAborted();
      const message = 'the log has not confirmed the invalidation; it is tried again until it does';
      throw new CacheError('ERR_CACHE_INVALIDATION_PENDING', message, { cause, keys: left(), tags });
    }
    stats.invalidations++;
    release();
    report('ok');
  }

  async function raise(keys: readonly string[], id: string, ttlMs: number, options: MutateOptions): Promise<void> {
    for (const key of keys) fences.raise(key, id, ttlMs);
    try {
      const origin = markOrigin(options.origin ?? core.origin, { kind: 'raise', id, ttlMs });
      // First the log, whose entry drops what is there, then the tier, whose tombstones the entry would drop too.
      await publish.entry(keys, [], { ...wordsOf(options), everywhere: false, origin });
      await shared?.fence(keys, { id, ttlMs, timeoutMs: core.sharedTimeoutMs });
    } catch (cause) {
      lower(keys, id);
      if (cause instanceof TypeError || cause instanceof RangeError) throw cause;
      options.signal?.throwIfAborted();
      throw new CacheError('ERR_CACHE_FENCE', 'the fence was not confirmed; nothing was written', { cause, keys });
    }
  }

  function lower(keys: readonly string[], id: string): void {
    for (const key of keys) {
      fences.lift(key, id);
      void shared?.release(key, `!${id}`);
    }
  }

  async function mutate<Result>(
    keys: readonly string[],
    write: () => Promise<Result> | Result,
    options: MutateOptions,
  ): Promise<Result> {
    const ttlMs = checkNumber('fenceMs', options.fenceMs ?? FENCE_MS, { min: 1, max: 3_600_000 });
    const id = `${Math.floor(core.random() * 2 ** 48).toString(36)}${(fenceCount++).toString(36)}`;
    await raise(keys, id, ttlMs, options);
    if (core.isClosed()) {
      lower(keys, id);
      throw cacheClosed();
    }
    let result: Result;
    try {
      result = await write();
    } catch (error) {
      // Whether it wrote nobody knows. Its error is the one to hear of; the outbox has the invalidation if need be.
      await end(keys, id, options).catch((failure: Error) => {
        if (outbox.isClosed) core.onError(failure);
      });
      throw error;
    }
    await end(keys, id, options);
    return result;
  }

  async function end(keys: readonly string[], id: string, options: MutateOptions): Promise<void> {
    const origin = markOrigin(options.origin ?? core.origin, { kind: 'lift', id });
    try {
      await invalidate(keys, [], { ...options, origin });
    } finally {
      lower(keys, id);
    }
  }

  return {
    invalidate,
    mutate,
    async clear(options) {
      pending.holdAll();
      await confirm(
        () => publish.clear(wordsOf(options)),
        () => pending.releaseAll(),
        () => outbox.addClear(),
        { keys: [], tags: [], options, left: () => [] },
      );
    },
  };
}

function wordsOf({ signal, everywhere, timeoutMs, origin, traceId }: InvalidateOptions): PublishWords {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(everywhere === undefined ? {} : { everywhere }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(origin === undefined ? {} : { origin }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}
