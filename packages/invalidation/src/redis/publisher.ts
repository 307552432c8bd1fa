import { withDeadline } from '@lockstep/core';

import type { ClearOptions, PublishOptions } from '../invalidation-log.ts';
import { formatPosition, laterOf, type ShardPosition } from '../position.ts';
import type { Provenance, PublishRequest } from '../publish-request.ts';
import { shardOfKey } from '../shard-of-key.ts';
import { createAppender } from './appender.ts';
import { draftEntries, type EntryDraft, type ShardDrafts } from './entry-drafts.ts';
import { untilEverywhere } from './everywhere.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import { createOwnedConnection } from './owned-connection.ts';
import { createPublishLink, type Sending } from './publish-link.ts';
import { type Landed, PublishWaiter, type WaitOutcome } from './publish-waiter.ts';
import { timeoutError, toInvalidationError } from './redis-failure.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';

/** How long a publish `everywhere` may take: longer than the longest lease, which it may have to wait out. */
const EVERYWHERE_SLACK_MS = 5000;

/** What an entry takes besides its keys and tags while it waits for its answer, about. */
const WEIGHT_OF_ENTRY = 512;

/** Writes to the log. */
export interface Publisher {
  /** @throws the reason of a signal that is aborted already, and TypeError for what is none. */
  publish(request: PublishRequest, options: PublishOptions): Promise<string>;
  clear(about: Provenance, options: ClearOptions): Promise<string>;
  /** Resolves when nothing is under way. */
  drain(): Promise<void>;
  /** Closes the connection that it made, if it had to make one. */
  close(): void;
}

/** Packs the publishes of one turn of the event loop into as few entries and commands as it can. */
export function createPublisher(options: CheckedRedisLogOptions, keyspace: LogKeyspace): Publisher {
  const { timeoutMs: defaultTimeoutMs, maxLeaseMs, clock, schedule, shards } = options;
  const appender = createAppender(options, keyspace);
  const link = createPublishLink(options.client, { ...options, own: createOwnedConnection(options.client) });
  const shardOf = (key: string | Buffer): number => shardOfKey(key, shards);
  /** Where each shard stood when it last answered. */
  const known: ShardPosition[] = Array.from({ length: shards }, () => ({ epoch: '', sequence: 0 }));
  let pending: PublishWaiter[] = [];
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
    let sending: Sending;
    try {
      sending = link.send(shard, weightOf(drafts));
    } catch (error) {
      for (const waiter of lastOf.keys()) waiter.fail(error);
      return;
    }
    const landed = (positions: readonly ShardPosition[]): void => {
      sending.answered();
      known[shard] = laterOf(known[shard]!, positions.at(-1)!);
      for (const [waiter, last] of lastOf) waiter.land(shard, positions[last]!);
    };
    const failed = (error: unknown): void => {
      sending.answered();
      for (const waiter of lastOf.keys()) waiter.fail(error);
    };
    appender.append(sending.client, shard, drafts).then(landed, failed);
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
    await untilEverywhere({ ...options, client: link.client, keyspace, landed, position, signal, timeoutMs: ms });
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
        if (pending.length === 0) schedule(flush, link.isIdle);
        pending.push(waiter);
      });
    },
    async clear(about, clearOptions) {
      const { signal, everywhere: isAwaited = false, timeoutMs = defaultTimeoutMs } = clearOptions;
      signal?.throwIfAborted();
      const startedAt = clock.monotonic();
      const clearShard = async (shard: number): Promise<[number, ShardPosition]> => {
        const sending = link.send(shard, WEIGHT_OF_ENTRY);
        try {
          const at = await appender.clear(sending.client, shard, { ...about, isAwaited });
          known[shard] = laterOf(known[shard]!, at);
          return [shard, at];
        } finally {
          sending.answered();
        }
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
    close: () => link.close(),
  };
}

/** About what entries take while they wait for their answer. */
function weightOf(drafts: readonly EntryDraft[]): number {
  let weight = 0;
  for (const { bytes } of drafts) weight += bytes + WEIGHT_OF_ENTRY;
  return weight;
}
