import { shardOfKey } from '../shard-of-key.ts';

/** The names under which the log and a shared tier beside it keep their state in Redis. */
export interface RedisLogKeys {
  /** Epoch, sequence and marks of a shard: a hash. */
  state(shard: number): string;
  /** The shared value of a key. */
  value(key: string): string;
  /** The claim of the one that loads a key, or a tombstone. */
  claim(key: string): string;
  /** When a tag was last invalidated, in the slot of shard 0. */
  tag(tag: string): string;
}

/** All names of one log. */
export interface LogKeyspace extends RedisLogKeys {
  readonly shards: number;
  readonly shardOf: (key: string) => number;
  /** The entries of a shard: a stream. */
  log(shard: number): string;
  /** Where they are pushed: a channel. */
  push(shard: number): string;
  /** The shared value and the claim of a key, which may be bytes. */
  sharedOf(shard: number, key: string | Buffer): (string | Buffer)[];
  /** The hash tag of a shard, braces included. */
  hashTag(shard: number): string;
}

/** Names everything of a namespace so that each shard lies in one hash slot. */
export function createLogKeyspace(namespace: string, shards: number): LogKeyspace {
  const tags = Array.from({ length: shards }, (_, i) =>
    shards === 1 ? `{lockstep:${namespace}}` : `{lockstep:${namespace}:${i}}`,
  );
  const values = tags.map((tag) => `${tag}:d:`);
  const claims = tags.map((tag) => `${tag}:l:`);
  const shardOf = (key: string): number => shardOfKey(key, shards);
  const hashTag = (shard: number): string => tags[shard]!;
  return {
    shards,
    shardOf,
    hashTag,
    state: (shard) => `${hashTag(shard)}:state`,
    log: (shard) => `${hashTag(shard)}:entries`,
    push: (shard) => `${hashTag(shard)}:push`,
    value: (key) => values[shardOf(key)]! + key,
    claim: (key) => claims[shardOf(key)]! + key,
    sharedOf(shard, key) {
      const [value, claim] = [values[shard]!, claims[shard]!];
      if (typeof key === 'string') return [value + key, claim + key];
      return [Buffer.concat([Buffer.from(value), key]), Buffer.concat([Buffer.from(claim), key])];
    },
    tag: (tag) => `${hashTag(0)}:t:${tag}`,
  };
}
