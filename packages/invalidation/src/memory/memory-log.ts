import type { EntryBody } from '../entry-body.ts';
import { newEpoch } from '../epoch.ts';
import { InvalidationError } from '../invalidation-error.ts';
import type { InvalidationLog, PublishOptions } from '../invalidation-log.ts';
import { formatPosition } from '../position.ts';
import { type PublishRequest, toProvenance, toPublishRequest } from '../publish-request.ts';
import { shardOfKey } from '../shard-of-key.ts';
import { followMemory, type MemoryFollower } from './memory-follower.ts';
import { createMemoryShard } from './memory-shard.ts';
import { untilPassed } from './until-passed.ts';

/** How long the log is. */
export interface MemoryLogOptions {
  /** How many entries to keep per shard for followers that start later. @default 100_000 */
  readonly maxEntries?: number;
  /** What it is called. @default 'memory' */
  readonly namespace?: string;
  /** Into how many parts it is split, as a log in Redis can be. @default 1 */
  readonly shards?: number;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/**
 * An invalidation log inside one process, for tests and for a service of a single process. Followers have heard a
 * key before its `publish` resolves, so that `everywhere` adds nothing.
 *
 * @throws RangeError when `maxEntries` or `shards` is not a positive integer.
 */
export function createMemoryLog(options: MemoryLogOptions = {}): InvalidationLog {
  const { maxEntries = 100_000, namespace = 'memory', shards: count = 1, random = Math.random } = options;
  for (const [name, value] of Object.entries({ maxEntries, shards: count })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new RangeError(`${name} must be a positive integer, got ${value}`);
  }
  const shards = Array.from({ length: count }, () => createMemoryShard(newEpoch(random), maxEntries));
  const followers = new Set<MemoryFollower>();
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new InvalidationError('ERR_INVALIDATION_CLOSED', 'the invalidation log was closed');
  }

  function pumpAll(): string {
    const position = formatPosition(shards.map(({ end }) => end));
    for (const follower of followers) follower.pump();
    return position;
  }

  async function handOver(publishOptions: PublishOptions): Promise<string> {
    const position = pumpAll();
    if (publishOptions.everywhere === true) await untilPassed(followers, { position, shards: count }, publishOptions);
    return position;
  }

  const log: InvalidationLog = {
    namespace,
    shards: count,
    shardOf: (key) => shardOfKey(key, count),
    async publish(keys, publishOptions = {}) {
      assertOpen();
      publishOptions.signal?.throwIfAborted();
      const request = toPublishRequest(keys, publishOptions);
      for (const [shard, body] of splitByShard(request, count)) shards[shard]!.append(body);
      return handOver(publishOptions);
    },
    async clear(clearOptions = {}) {
      assertOpen();
      clearOptions.signal?.throwIfAborted();
      const body: EntryBody = { ...emptyBody(), ...toProvenance(clearOptions), isClear: true };
      for (const shard of shards) shard.clear(newEpoch(random), body);
      return handOver(clearOptions);
    },
    follow(followOptions) {
      assertOpen();
      const follower = followMemory(shards, namespace, followOptions);
      if (follower.closing.aborted) return follower;
      followers.add(follower);
      follower.closing.addEventListener('abort', () => followers.delete(follower), { once: true });
      // A callback must not run before its caller holds the follower.
      queueMicrotask(() => follower.pump());
      return follower;
    },
    async close() {
      isClosed = true;
      await Promise.all(Array.from(followers, (follower) => follower.close()));
    },
    [Symbol.asyncDispose]: () => log.close(),
  };
  return log;
}

function emptyBody(): EntryBody {
  return {
    keys: [],
    binaryKeys: [],
    tags: [],
    isClear: false,
    origin: undefined,
    traceId: undefined,
    isAwaited: false,
  };
}

function splitByShard(
  { texts, binaries, tags, origin, traceId }: PublishRequest,
  shards: number,
): Map<number, EntryBody> {
  const bodies = new Map<number, EntryBody>();
  const bodyOf = (shard: number): EntryBody => {
    const body = bodies.get(shard) ?? { ...emptyBody(), origin, traceId };
    bodies.set(shard, body);
    return body;
  };
  for (const key of texts) bodyOf(shardOfKey(key, shards)).keys.push(key);
  for (const key of binaries) bodyOf(shardOfKey(key, shards)).binaryKeys.push(key);
  if (tags.length > 0) bodyOf(0).tags.push(...tags);
  return bodies;
}
