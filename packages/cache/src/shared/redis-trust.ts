import type { RedisClient } from '@lockstep/core';
import type { RedisLog } from '@lockstep/invalidation';

import { verify } from './lua/verify.ts';
import type { ServerTime } from './server-time.ts';

/** Runs a function when the calls of this turn of the event loop are out. */
export type Schedule = (run: () => void) => void;

/** What is needed of a client to hear that its connection has ended. `Redis` of ioredis has it. */
interface WatchableClient {
  on(event: 'close', listener: () => void): unknown;
  removeListener(event: 'close', listener: () => void): unknown;
}

/**
 * Whether plain reads may be believed. A Redis that came back with old data answers them before the log's next
 * heartbeat has given it a new epoch, and under the old one. Scripts look at the run_id themselves; a plain read is
 * believed only when its connection is one on which a script has looked, or when a script looked after it.
 */
export interface RedisTrust {
  /**
   * True when what a plain read sent now brings of this epoch can be believed, if `generation` is still the same when it
   * is answered. A connection on which another epoch was seen says nothing of this one: its values may be old data.
   */
  isSure(shard: number, epoch: string): boolean;
  /** Goes up with each connection that has ended. */
  readonly generation: number;
  /** True when the client tells of ended connections; otherwise each read needs a `confirmAfter`. */
  readonly isWatching: boolean;
  /** Looks at the process behind a shard. Resolves with its epoch, `''` where nothing may be trusted. */
  confirm(shard: number): Promise<string>;
  /** As `confirm`, behind the reads of this turn: one look for all of them. */
  confirmAfter(shard: number): Promise<string>;
  close(): void;
}

/** Watches the client of a log. */
export function createRedisTrust(log: RedisLog, time: ServerTime, schedule: Schedule): RedisTrust {
  const { client, keys } = log;
  const seen = Array.from({ length: log.shards }, () => ({ generation: -1, epoch: '' }));
  const underWay = new Map<number, { generation: number; epoch: Promise<string> }>();
  const behind = new Map<number, Promise<string>>();
  const watched = watchableOf(client);
  const check = checksProcess(log) ? '1' : '0';
  let generation = 0;
  const onClose = (): void => void generation++;
  watched?.on('close', onClose);

  async function look(shard: number): Promise<string> {
    const asked = generation;
    const sentAt = time.mark();
    const [epoch, serverMs] = (await verify.run(client, [keys.state(shard)], [check])) as [string, number];
    time.learn(serverMs, sentAt);
    if (generation !== asked) return '';
    if (epoch !== '') seen[shard] = { generation: asked, epoch };
    return epoch;
  }

  return {
    isWatching: watched !== undefined,
    get generation() {
      return generation;
    },
    isSure(shard, epoch) {
      const last = seen[shard];
      return last?.generation === generation && last.epoch === epoch && !time.isOld;
    },
    confirm(shard) {
      const asking = underWay.get(shard);
      if (asking?.generation === generation) return asking.epoch;
      const mine = {
        generation,
        epoch: look(shard).finally(() => {
          if (underWay.get(shard) === mine) underWay.delete(shard);
        }),
      };
      underWay.set(shard, mine);
      return mine.epoch;
    },
    confirmAfter(shard) {
      const waiting = behind.get(shard);
      if (waiting !== undefined) return waiting;
      const epoch = new Promise<string>((resolve) => {
        schedule(() => {
          behind.delete(shard);
          resolve(look(shard));
        });
      });
      behind.set(shard, epoch);
      return epoch;
    },
    close: () => void watched?.removeListener('close', onClose),
  };
}

/** False for a log that goes on under the old epoch when another process serves it: `onFailover: 'trust'`. */
export function checksProcess(log: RedisLog): boolean {
  return log.onFailover !== 'trust';
}

/** A Cluster has many connections, and says nothing of each. */
function watchableOf(client: RedisClient): WatchableClient | undefined {
  const { on, removeListener, isCluster } = client as Partial<WatchableClient> & { isCluster?: unknown };
  if (typeof on !== 'function' || typeof removeListener !== 'function' || isCluster === true) return undefined;
  return client as unknown as WatchableClient;
}
