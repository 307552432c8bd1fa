import type { Batch } from '../src/transport/batch.ts';
import { encodeBatchBody } from '../src/transport/batch-body.ts';
import { encodeBlock } from '../src/block/block-codec.ts';
import type { Operation } from '../src/operation/operation.ts';

/** A batch of one block for each entry; entry n has the id `n-0`. */
export function batchOf(prev: number, ...entries: readonly Operation[][]): Batch {
  const blocks = entries.map((operations, index) =>
    encodeBlock({ producer: 'feedfeedfeedfeed', sequence: prev + index + 1, operations }),
  );
  const last = `${prev + entries.length}-0`;
  return { source: 'east', shard: 0, prev: `${prev}-0`, first: `${prev + 1}-0`, last, body: encodeBatchBody(blocks) };
}
