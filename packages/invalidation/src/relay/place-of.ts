import type { Follower } from '../invalidation-log.ts';
import { NOWHERE, type ShardPosition } from '../position.ts';

/** Where a follower stands in each shard; a place that leads nowhere is none. */
export function placeOf(follower: Pick<Follower, 'epoch' | 'sequence'>, shards: number): ShardPosition[] {
  return Array.from({ length: shards }, (_, shard) => {
    const epoch = follower.epoch(shard);
    if (epoch === NOWHERE.epoch) return { epoch: '', sequence: 0 };
    return { epoch, sequence: follower.sequence(shard) };
  });
}
