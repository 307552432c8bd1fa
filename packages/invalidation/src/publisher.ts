import { describeError, type RedisClient, withDeadline } from '@lockstep/core';

import { InvalidationError } from './invalidation-error.ts';

/** Keeps an entry small enough not to hold up the log; a single publish is never split. */
const MAX_KEYS_PER_ENTRY = 1000;

/** Where entries go. */
export interface PublisherOptions {
  readonly client: RedisClient;
  readonly stream: string;
  readonly maxEntries: number;
  readonly timeoutMs: number;
}

/** Appends keys to the log. */
export interface Publisher {
  publish(keys: readonly string[], signal: AbortSignal | undefined): Promise<string>;
  /** Resolves when nothing is under way. */
  drain(): Promise<void>;
}

interface Pending {
  readonly keys: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly settle: (id: Promise<string>) => void;
}

/** Packs the publishes of one turn of the event loop into one XADD. */
export function createPublisher({ client, stream, maxEntries, timeoutMs }: PublisherOptions): Publisher {
  let pending: Pending[] = [];
  const underWay = new Set<Promise<string>>();

  function flush(): void {
    const batch = pending.filter(({ signal }) => signal?.aborted !== true);
    pending = [];
    for (const group of groupByKeys(batch)) {
      const id = append(group.flatMap(({ keys }) => keys));
      for (const { settle } of group) settle(id);
    }
  }

  async function append(keys: readonly string[]): Promise<string> {
    const fields = keys.flatMap((key) => ['k', key]);
    try {
      return String(await client.call('XADD', stream, 'MAXLEN', '~', maxEntries, '*', ...fields));
    } catch (cause) {
      const message = `the invalidation log did not take the entry: ${describeError(cause)}`;
      throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', message, { cause });
    }
  }

  return {
    async publish(keys, signal) {
      signal?.throwIfAborted();
      const appended = new Promise<string>((resolve) => {
        if (pending.length === 0) setImmediate(flush);
        pending.push({ keys, signal, settle: resolve });
      });
      const onTimeout = (): Error =>
        new InvalidationError('ERR_INVALIDATION_TIMEOUT', `the invalidation log did not answer within ${timeoutMs} ms`);
      const published = withDeadline(appended, { ms: timeoutMs, signal, onTimeout });
      underWay.add(published);
      try {
        return await published;
      } finally {
        underWay.delete(published);
      }
    },
    async drain() {
      await Promise.allSettled(underWay);
    },
  };
}

function groupByKeys(batch: readonly Pending[]): Pending[][] {
  const groups: Pending[][] = [];
  let room = 0;
  for (const each of batch) {
    if (each.keys.length > room || groups.length === 0) {
      groups.push([]);
      room = MAX_KEYS_PER_ENTRY;
    }
    groups.at(-1)?.push(each);
    room -= each.keys.length;
  }
  return groups;
}
