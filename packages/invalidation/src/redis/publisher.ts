import { withDeadline } from '@lockstep/core';

import type { ClearOptions, PublishOptions } from '../invalidation-log.ts';
import { formatPosition, laterOf, type ShardPosition } from '../position.ts';
import type { Provenance, PublishRequest } from '../publish-request.ts';
import { shardOfKey } from '../shard-of-key.ts';
import { createAppender } from './appender.ts';
import { draftEntries, type ShardDrafts } from './entry-drafts.ts';
import { untilEverywhere } from './everywhere.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import { type Landed, PublishWaiter, type WaitOutcome } from './publish-waiter.ts';
import { timeoutError, toInvalidationError } from './redis-failure.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';

/** How long a publish `everywhere` may take: longer than the longest lease, which it may have to wait out. */
const EVERYWHERE_SLACK_MS = 5000;

/** Writes to the log. */
export interface Publisher {
  /** @throws the reason of a signal that is aborted already, and TypeError for what is none. */
  publish(request: PublishRequest, options: PublishOptions): Promise<string>;
  clear(about: Provenance, options: ClearOptions): Promise<string>;
  /** Resolves when nothing is under way. */
  drain(): Promise<void>;
}

/** Packs the publishes of one turn of the event loop into as few entries and commands as it can. */
export function createPublisher(options: CheckedRedisLogOptions, keyspace: LogKeyspace): Publisher {
  const { timeoutMs: defaultTimeoutMs, maxLeaseMs, clock, schedule, shards } = options;
  const appender = createAppender(options, keyspace);
  const shardOf = (key: string | Buffer): number => shardOfKey(key, shards);
  /** Where each shard stood when it last answered. */
  const known: ShardPosition[] = Array.from({ length: shards }, () => ({ epoch: '', sequence: 0 }));
  let pending: PublishWaiter[] = [];
  /** Appends without an answer. */
  let appends = 0;
  /** Publishes and clears without an outcome. */
  let underWay = 0;
  let drained: (() => void)[] = [];

  function flush(): void {
    const batch = pending.filter((waiter) => !waiter.isGivenUp());
    pending = [];
    for (const [shard, of] of draftEntries(batch, shardOf)) land(shard, of);
    for (const waiter of batch) waiter.start(clock, defaultTimeoutMs);
  }

  const outcome: WaitOutcome = {
    landed(waiter, at) {
      const { isAwaited, resolve, startedAt } = waiter;
      if (isAwaited) {
        resolve(everywhere(at, waiter, startedAt).finally(ended));
        return;
      }
      ended();
      resolve(positionAfter(at));
    },
    failed({ reject }, error) {
      ended();
      reject(error);
    },
  };

  function land(shard: number, { drafts, lastOf }: ShardDrafts<PublishWaiter>): void {
    for (const waiter of lastOf.keys()) waiter.expect();
    appends++;
    const landed = (positions: readonly ShardPosition[]): void => {
      appends--;
      known[shard] = laterOf(known[shard]!, positions.at(-1)!);
      for (const [waiter, last] of lastOf) waiter.land(shard, positions[last]!);
    };
    const failed = (error: unknown): void => {
      appends--;
      for (const waiter of lastOf.keys()) waiter.fail(error);
    };
    appender.append(shard, drafts).then(landed, failed);
  }

  function positionAfter(landed: Landed): string {
    return formatPosition(known.map((last, shard) => landed.get(shard) ?? last));
  }

  async function everywhere(
    landed: Landed,
    { signal, timeoutMs }: Pick<PublishOptions, 'signal' | 'timeoutMs'>,
    startedAt: number,
  ): Promise<string> {
    const position = positionAfter(landed);
    const ms = Math.max(0, (timeoutMs ?? maxLeaseMs + EVERYWHERE_SLACK_MS) - (clock.monotonic() - startedAt));
    await untilEverywhere({ ...options, keyspace, landed, position, signal, timeoutMs: ms });
    return position;
  }

  function ended(): void {
    underWay--;
    if (underWay > 0) return;
    for (const resolve of drained) resolve();
    drained = [];
  }

  return {
    // Not an async function, and one promise: see `PublishWaiter`.
    publish(request, publishOptions) {
      publishOptions.signal?.throwIfAborted();
      return new Promise<string>((resolve, reject) => {
        const waiter = new PublishWaiter(request, publishOptions, outcome, { resolve, reject });
        underWay++;
        if (pending.length === 0) schedule(flush, appends === 0);
        pending.push(waiter);
      });
    },
    async clear(about, clearOptions) {
      const { signal, everywhere: isAwaited = false, timeoutMs = defaultTimeoutMs } = clearOptions;
      signal?.throwIfAborted();
      const startedAt = clock.monotonic();
      const clearShard = async (shard: number): Promise<[number, ShardPosition]> => {
        const at = await appender.clear(shard, { ...about, isAwaited });
        known[shard] = laterOf(known[shard]!, at);
        return [shard, at];
      };
      underWay++;
      try {
        const each = Promise.all(known.map((_, shard) => clearShard(shard)));
        const onTimeout = (): Error => timeoutError(timeoutMs);
        const landed = new Map(await withDeadline(each, { ms: timeoutMs, signal, clock, onTimeout }).catch(toThrow));
        return isAwaited ? await everywhere(landed, clearOptions, startedAt) : positionAfter(landed);
      } finally {
        ended();
      }

      function toThrow(error: unknown): never {
        // The signal's reason is the caller's own.
        throw signal?.aborted === true
          ? signal.reason
          : toInvalidationError(error, 'the invalidation log did not take it');
      }
    },
    async drain() {
      if (underWay === 0) return;
      await new Promise<void>((resolve) => {
        drained.push(resolve);
      });
    },
  };
}
