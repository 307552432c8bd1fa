import { createFollowerTally } from '../follower-tally.ts';
import { createHorizon } from '../horizon.ts';
import type { Follower, FollowOptions, Invalidation } from '../invalidation-log.ts';
import { createLagWatch, totalLag } from '../lag-watch.ts';
import { createLeaseWatch } from '../lease-watch.ts';
import { createLifetime } from '../lifetime.ts';
import { createListener } from '../listener.ts';
import { formatPosition, parsePosition, type ShardPosition } from '../position.ts';
import { FROM_NOW } from '../shard-cursor.ts';
import { createBeatLink } from './beat-link.ts';
import { untilCaughtUp, untilSynced } from './catch-up.ts';
import { createFollowerRows } from './follower-rows.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import { createOwnedConnection } from './owned-connection.ts';
import { createPushSubscription } from './push-subscription.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';
import { createShardFollower, type ShardFollower } from './shard-follower.ts';

/** Which log to follow. */
export interface RedisFollowerOptions {
  readonly log: CheckedRedisLogOptions;
  readonly keyspace: LogKeyspace;
  /** Called once when the follower has stopped. */
  readonly onClosed: (follower: Follower) => void;
}

/**
 * Follows all shards of a log until it is closed.
 *
 * @throws RangeError for a bad `from`, `heartbeatMs` or `leaseMs`.
 */
export function followRedis({ log, keyspace, onClosed }: RedisFollowerOptions, options: FollowOptions): Follower {
  const clock = options.clock ?? log.clock;
  const { from = 'now', leaseMs = 0, passage, signal } = options;
  const heartbeatMs = options.heartbeatMs ?? (leaseMs > 0 ? Math.min(500, Math.max(10, leaseMs / 4)) : 500);
  if (!(heartbeatMs >= 10)) throw new RangeError(`heartbeatMs must be at least 10, got ${heartbeatMs}`);
  checkLease(options.leaseMs, log.maxLeaseMs);
  const starts: ShardPosition[] =
    from === 'now' ? Array.from({ length: keyspace.shards }, () => FROM_NOW) : parsePosition(from, keyspace.shards);

  const tally = createFollowerTally(log.namespace);
  const listener = createListener(options, tally);
  const lifetime = createLifetime(signal);
  const { closing } = lifetime;
  const horizon = createHorizon(keyspace.shards, clock);
  const { namespace } = log;
  const lease = createLeaseWatch({ namespace, clock, leaseMs: options.leaseMs, horizonAgeMs: horizon.ageMs });
  const lags = starts.map(() => createLagWatch(clock));
  const link = createBeatLink(log.client, createOwnedConnection(log.client));
  const rows = createFollowerRows({
    log: { ...log, clock },
    keyspace,
    link,
    leaseMs,
    closing,
    onError: listener.error,
  });
  /** Called each time that a shard has moved on. */
  const watchers = new Set<() => void>();
  const position = (): string => formatPosition(shards.map(({ cursor }) => cursor));
  const acknowledge = (shard: number): void => {
    const follower = shards[shard]!;
    const note = (): void => rows.acknowledge(shard, follower);
    if (passage === undefined) note();
    else passage.request(shard, follower.cursor.epoch, follower.cursor.sequence, note);
  };
  const hasMoved = (): void => {
    for (const watch of watchers) watch();
  };

  const shards: ShardFollower[] = starts.map((start, shard) =>
    createShardFollower({
      log: { ...log, clock },
      keyspace,
      shard,
      from: start,
      link,
      heartbeatMs,
      followerId: rows.id,
      leaseMs,
      passage,
      tally,
      lag: lags[shard]!,
      closing,
      onEntry({ epoch, sequence }, body) {
        if (!body.isClear) {
          const { keys, binaryKeys, tags, origin, traceId } = body;
          const entry: Invalidation = {
            position: position(),
            shard,
            epoch,
            sequence,
            keys,
            binaryKeys,
            tags,
            origin,
            traceId,
          };
          listener.invalidate(entry);
        }
        if (body.isAwaited) acknowledge(shard);
        hasMoved();
      },
      onReset(reason) {
        listener.reset(reason);
        acknowledge(shard);
        hasMoved();
      },
      onHorizon(moment) {
        lease.look();
        horizon.move(shard, moment);
        lease.look();
        if (horizon.at() !== -Infinity) lifetime.begin();
        hasMoved();
      },
      onRead(hadNews) {
        pushes.noteRead(hadNews);
        pushes.ensure();
      },
      onError(error) {
        lease.look();
        listener.error(error);
      },
    }),
  );
  const beatAll = (): void => {
    // A read that fails is reported and tried again by the shard itself.
    for (const shard of shards) shard.beat().catch(() => undefined);
  };
  const pushes = createPushSubscription({
    connection: createOwnedConnection(log.client),
    channels: shards.map((_, shard) => keyspace.push(shard)),
    isSharded: log.shardedPush,
    maxPauseMs: heartbeatMs,
    clock,
    random: log.random,
    onPush: (shard, message) => shards[shard]!.push(message),
    onListening: beatAll,
    onError: (error) => {
      if (!closing.aborted) listener.error(error);
    },
  });

  const stopped = new Promise<void>((resolve) => {
    const stop = async (): Promise<void> => {
      lease.end();
      horizon.drop();
      pushes.close();
      hasMoved();
      await rows.leave();
      link.close();
      resolve();
    };
    if (closing.aborted) void stop();
    else closing.addEventListener('abort', () => void stop(), { once: true });
  });
  const parts = { shards, horizon, watchers, closing, clock, heartbeatMs };
  const follower: Follower = {
    get cursor() {
      return position();
    },
    epoch: (shard) => shards[shard]?.cursor.epoch ?? '',
    sequence: (shard) => Math.max(0, shards[shard]?.cursor.sequence ?? 0),
    horizonAgeMs: horizon.ageMs,
    horizonAt: horizon.at,
    stats: () => tally.stats(lease.loss(), totalLag(lags)),
    ready: lifetime.ready,
    async caughtUpTo(until, bounds = {}) {
      await untilCaughtUp(parts, parsePosition(until, shards.length), bounds);
    },
    sync: (bounds = {}) => untilSynced(parts, bounds),
    async close() {
      lifetime.end();
      await stopped;
    },
    async [Symbol.asyncDispose]() {
      await follower.close();
    },
  };
  void stopped.then(() => onClosed(follower));
  if (!closing.aborted) {
    pushes.ensure();
    beatAll();
  }
  return follower;
}

function checkLease(leaseMs: number | undefined, maxLeaseMs: number): void {
  if (leaseMs === undefined) return;
  if (!(leaseMs > 0)) throw new RangeError(`leaseMs must be positive, got ${leaseMs}`);
  if (leaseMs <= maxLeaseMs) return;
  throw new RangeError(`leaseMs must be at most the maxLeaseMs of the log (${maxLeaseMs}), got ${leaseMs}`);
}
