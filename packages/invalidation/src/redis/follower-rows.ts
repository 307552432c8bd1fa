import { withDeadline } from '@lockstep/core';

import { newEpoch } from '../epoch.ts';
import type { BeatLink } from './beat-link.ts';
import type { LogKeyspace } from './log-keyspace.ts';
import { timeoutError, toInvalidationError } from './redis-failure.ts';
import type { CheckedRedisLogOptions } from './redis-log-options.ts';
import type { ShardFollower } from './shard-follower.ts';

/** How long the farewell of a follower may take. Without it a publish `everywhere` waits for its lease once. */
const LEAVE_MS = 500;

/** What the log notes about a follower with a lease, so that a publish `everywhere` can wait for it. */
export interface FollowerRows {
  /** The name of this follower: random. */
  readonly id: string;
  /** Notes at once what the shard has passed; soon afterwards, for all that was passed in between. */
  acknowledge(shard: number, follower: Pick<ShardFollower, 'row'>): void;
  /** Takes the follower out. Never rejects. */
  leave(): Promise<void>;
}

/** Which follower. */
export interface FollowerRowsOptions {
  readonly log: CheckedRedisLogOptions;
  readonly keyspace: LogKeyspace;
  readonly link: BeatLink;
  /** 0 for none: then nothing is noted. */
  readonly leaseMs: number;
  readonly closing: AbortSignal;
  readonly onError: (error: Error) => void;
}

/** The rows of one follower. */
export function createFollowerRows(options: FollowerRowsOptions): FollowerRows {
  const { log, keyspace, link, leaseMs, closing, onError } = options;
  const id = newEpoch(log.random) + newEpoch(log.random);
  const field = `f:${id}`;
  const due = new Map<number, Pick<ShardFollower, 'row'>>();
  const noted = new Map<number, string>();

  async function flush(): Promise<void> {
    const acknowledged = [...due];
    due.clear();
    for (const [shard, follower] of acknowledged) {
      const row = follower.row();
      // A row never goes back to what it was: that it stays the same says that the follower is silent.
      if (row === undefined || closing.aborted || noted.get(shard) === row) continue;
      noted.set(shard, row);
      try {
        await link.client.call('HSET', keyspace.state(shard), field, row);
      } catch (error) {
        // The next heartbeat says the same.
        if (!closing.aborted) onError(toInvalidationError(error, 'an entry could not be acknowledged'));
      }
    }
  }

  return {
    id,
    acknowledge(shard, follower) {
      if (leaseMs === 0) return;
      if (due.size === 0) queueMicrotask(() => void flush());
      due.set(shard, follower);
    },
    async leave() {
      if (leaseMs === 0) return;
      const { client } = link;
      const left = Promise.all(
        Array.from({ length: keyspace.shards }, (_, shard) => client.call('HDEL', keyspace.state(shard), field)),
      );
      const ms = Math.min(LEAVE_MS, log.timeoutMs);
      // Whoever cannot say goodbye is taken for cut off.
      await withDeadline(left, { ms, clock: log.clock, onTimeout: () => timeoutError(ms) }).catch(() => undefined);
    },
  };
}
