import { encodeBlock } from './block-codec.ts';
import { shardOf } from './shard-of.ts';

/** Nobody else appends under this name; its blocks are not compared with one another. */
const PRODUCER = '0000000000000000';

/** A block with a delete of a key of that shard which no application has: it travels as any write does. */
export function packMarker(shard: number, shards: number): Buffer {
  let key: Buffer;
  let n = 0;
  do key = Buffer.from(`lockstep:marker:${shard}:${n++}`);
  while (shardOf(key, shards) !== shard);
  return encodeBlock({ producer: PRODUCER, sequence: 1, operations: [{ kind: 'delete', key }] });
}
