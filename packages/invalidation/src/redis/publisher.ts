import { withDeadline } from '@lockstep/core';

import type { ClearOptions, PublishOptions } from '../invalidation-log.ts';
import { formatPosition, type ShardPosition } from '../position.ts';
import type { Provenance, PublishRequest } from '../publish-request.ts';
import { shardOfKey } from '../shard-of-key.ts';
import { createAppender } from './appender.ts';
import { draftEntries, type ShardDrafts } from './entry-drafts.ts';
import { untilEverywhere } from './everywhere.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import { timeoutError, toInvalidationError } from './redis-failure.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';

/** How long a publish `everywhere` may take: longer than the longest lease, which it may have to wait out. */
const EVERYWHERE_SLACK_MS = 5000;

/** Writes to the log. */
export interface Publisher {
  publish(request: PublishRequest, options: PublishOptions): Promise<string>;
  clear(about: Provenance, options: ClearOptions): Promise<string>;
  /** Resolves when nothing is under way. */
  drain(): Promise<void>;
}

/** Where the log stood after an append, by shard. */
type Landed = ReadonlyMap<number, ShardPosition>;

interface Pending {
  readonly request: PublishRequest;
  readonly isAwaited: boolean;
  readonly signal: AbortSignal | undefined;
  readonly settle: (landed: Promise<Landed>) => void;
}

/** Packs the publishes of one turn of the event loop into as few entries and commands as it can. */
export function createPublisher(options: CheckedRedisLogOptions, keyspace: LogKeyspace): Publisher {
  const { timeoutMs: defaultTimeoutMs, maxLeaseMs, clock, schedule, shards } = options;
  const appender = createAppender(options, keyspace);
  /** Where each shard stood when it last answered. */
  const known: ShardPosition[] = Array.from({ length: shards }, () => ({ epoch: '', sequence: 0 }));
  let pending: Pending[] = [];
  /** Appends without an answer. */
  let appends = 0;
  const underWay = new Set<Promise<string>>();

  function flush(): void {
    const batch = pending.filter(({ signal }) => signal?.aborted !== true);
    pending = [];
    const drafts = draftEntries(batch, (key) => shardOfKey(key, shards));
    const landing = new Map(Array.from(drafts, ([shard, of]) => [shard, landIn(shard, of)] as const));
    for (const waiter of batch) waiter.settle(landingOf(waiter, drafts, landing));
  }

  function landIn(shard: number, { drafts }: ShardDrafts<Pending>): Promise<ShardPosition[]> {
    appends++;
    const landed = appender
      .append(shard, drafts)
      .then((positions) => {
        known[shard] = positions.at(-1)!;
        return positions;
      })
      .finally(() => appends--);
    // Everyone who waits for it hears it; where nobody is left, nobody needs to.
    landed.catch(() => undefined);
    return landed;
  }

  async function landingOf(
    waiter: Pending,
    drafts: ReadonlyMap<number, ShardDrafts<Pending>>,
    landing: ReadonlyMap<number, Promise<ShardPosition[]>>,
  ): Promise<Landed> {
    const landed = new Map<number, ShardPosition>();
    for (const [shard, { lastOf }] of drafts) {
      const last = lastOf.get(waiter);
      if (last !== undefined) landed.set(shard, (await landing.get(shard)!)[last]!);
    }
    return landed;
  }

  async function track(
    landing: Promise<Landed>,
    { everywhere = false, signal, timeoutMs }: PublishOptions,
  ): Promise<string> {
    const startedAt = clock.monotonic();
    const appendMs = timeoutMs ?? defaultTimeoutMs;
    const landed = await withDeadline(landing, { ms: appendMs, signal, clock, onTimeout: () => timeoutError(appendMs) })
      // The signal's reason is the caller's own.
      .catch((error: unknown) => {
        throw signal?.aborted === true
          ? signal.reason
          : toInvalidationError(error, 'the invalidation log did not take it');
      });
    const position = formatPosition(known.map((last, shard) => landed.get(shard) ?? last));
    if (!everywhere) return position;
    const ms = Math.max(0, (timeoutMs ?? maxLeaseMs + EVERYWHERE_SLACK_MS) - (clock.monotonic() - startedAt));
    await untilEverywhere({ ...options, keyspace, landed, position, signal, timeoutMs: ms });
    return position;
  }

  async function counted(published: Promise<string>): Promise<string> {
    underWay.add(published);
    try {
      return await published;
    } finally {
      underWay.delete(published);
    }
  }

  return {
    async publish(request, publishOptions) {
      const { signal, everywhere = false } = publishOptions;
      signal?.throwIfAborted();
      const landing = new Promise<Landed>((resolve) => {
        if (pending.length === 0) schedule(flush, appends === 0);
        pending.push({ request, isAwaited: everywhere, signal, settle: resolve });
      });
      return counted(track(landing, publishOptions));
    },
    async clear(about, clearOptions) {
      const { signal, everywhere = false } = clearOptions;
      signal?.throwIfAborted();
      const clearShard = async (shard: number): Promise<[number, ShardPosition]> => {
        const at = await appender.clear(shard, { ...about, isAwaited: everywhere });
        known[shard] = at;
        return [shard, at];
      };
      const landing = Promise.all(known.map((_, shard) => clearShard(shard))).then((each) => new Map(each));
      return counted(track(landing, clearOptions));
    },
    async drain() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
