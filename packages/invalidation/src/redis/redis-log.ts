import { type RedisClient, systemClock } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';
import type { Follower, InvalidationLog } from '../invalidation-log.ts';
import { toProvenance, toPublishRequest } from '../publish-request.ts';
import { createLogKeyspace, type RedisLogKeys } from './log-keyspace.ts';
import { createPublisher } from './publisher.ts';
import { followRedis } from './redis-follower.ts';
import { checkedRedisLogOptions, type RedisLogOptions } from './redis-log-options.ts';

/** A log that a shared tier can lie beside, in the same hash slots. */
export interface RedisLog extends InvalidationLog {
  /** The client it was given. */
  readonly client: RedisClient;
  readonly keys: RedisLogKeys;
  /** Whether another Redis process means a new epoch. */
  readonly onFailover: 'flush' | 'trust';
}

/**
 * An invalidation log in Redis. Nothing is sent before the first `publish`, `clear` or `follow`.
 *
 * @throws RangeError for a namespace that is empty, has braces or ends in `:<digits>`, and for options that make no sense.
 */
export function createRedisLog(options: RedisLogOptions): RedisLog {
  const checked = checkedRedisLogOptions(options, { clock: systemClock });
  const { client, namespace, shards, onFailover } = checked;
  const keyspace = createLogKeyspace(namespace, shards);
  const publisher = createPublisher(checked, keyspace);
  const followers = new Set<Follower>();
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new InvalidationError('ERR_INVALIDATION_CLOSED', 'the invalidation log was closed');
  }

  const log: RedisLog = {
    namespace,
    shards,
    client,
    keys: keyspace,
    onFailover,
    shardOf: keyspace.shardOf,
    // Not an async function: each promise shows in how soon an entry is heard.
    publish(keys, publishOptions = {}) {
      try {
        assertOpen();
        return publisher.publish(toPublishRequest(keys, publishOptions), publishOptions);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    async clear(clearOptions = {}) {
      assertOpen();
      return publisher.clear(toProvenance(clearOptions), clearOptions);
    },
    follow(followOptions) {
      assertOpen();
      const onClosed = (follower: Follower): void => void followers.delete(follower);
      const started = followRedis({ log: checked, keyspace, onClosed }, followOptions);
      followers.add(started);
      return started;
    },
    async close() {
      isClosed = true;
      await publisher.drain();
      publisher.close();
      await Promise.all(Array.from(followers, (follower) => follower.close()));
    },
    [Symbol.asyncDispose]: () => log.close(),
  };
  return log;
}
