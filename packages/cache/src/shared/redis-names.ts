import type { RedisLog } from '@lockstep/invalidation';

/** Names that lie beside those of the log, in the slot of their shard. */
export interface RedisNames {
  /** The writes under way on a key. */
  fence(key: string): string;
  /** The entries of shard 0, where tags are invalidated. */
  readonly tagLog: string;
}

/** Names what a shared tier keeps besides the names that the log gives out. */
export function createRedisNames({ keys, shardOf, shards }: Pick<RedisLog, 'keys' | 'shardOf' | 'shards'>): RedisNames {
  const prefixes = Array.from({ length: shards }, (_, shard) => keys.state(shard).slice(0, -'state'.length));
  return { fence: (key) => `${prefixes[shardOf(key)]!}f:${key}`, tagLog: `${prefixes[0]!}entries` };
}
