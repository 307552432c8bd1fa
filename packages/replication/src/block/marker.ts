import { encodeBlock } from './block-codec.ts';
import type { Operation } from '../operation/operation.ts';
import { shardOf } from '../operation/shard-of.ts';

/** Nobody else appends under this name; its blocks are not compared with one another. */
const PRODUCER = '0000000000000000';

/** What the keys of markers begin with. */
const PREFIX = Buffer.from('lockstep:marker:');

/** Whether an operation only shows how long its way is: it changes nothing where it arrives. */
export function isMarker({ key }: Pick<Operation, 'key'>): boolean {
  // Most keys differ in their first byte.
  return (
    key[0] === PREFIX[0] && key.length > PREFIX.length && key.compare(PREFIX, 0, PREFIX.length, 0, PREFIX.length) === 0
  );
}

/** A block with a delete of a key of that shard which no application has: it travels as any write does. */
export function packMarker(shard: number, shards: number): Buffer {
  let key: Buffer;
  let n = 0;
  do key = Buffer.from(`${PREFIX.toString()}${shard}:${n++}`);
  while (shardOf(key, shards) !== shard);
  return encodeBlock({ producer: PRODUCER, sequence: 1, operations: [{ kind: 'delete', key }] });
}
