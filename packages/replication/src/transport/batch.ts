import { crc32 } from 'node:zlib';

import { isRegionName, isShard } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';
import { compareStreamIds, isStreamId, type StreamId } from '../operation/stream-id.ts';

/** Consecutive entries of one shard of a journal, on their way to another region. */
export interface Batch {
  /** The region whose journal it comes from. */
  readonly source: string;
  readonly shard: number;
  /** The receiver's cursor that this batch follows: nothing lies between it and `first`. */
  readonly prev: StreamId;
  /** Id of the oldest entry. */
  readonly first: StreamId;
  /** Id of the newest entry, the cursor once the batch is applied. */
  readonly last: StreamId;
  /** The blocks, each after its length, as they lie in the journal. */
  readonly body: Buffer;
}

/** @throws ReplicationError `ERR_REPLICATION_BAD_BATCH` that names what does not hold. */
export function checkBatch(batch: Batch): void {
  const { source, shard, prev, first, last } = batch;
  if (!isRegionName(source)) throw badBatch(`the source is ${JSON.stringify(source)}`);
  if (!isShard(shard)) throw badBatch(`the shard is ${shard}`);
  for (const [name, id] of Object.entries({ prev, first, last })) {
    if (!isStreamId(id)) throw badBatch(`${name} is ${JSON.stringify(id)}, not a stream id`);
  }
  if (compareStreamIds(prev, first) >= 0) throw badBatch(`prev ${prev} is not before first ${first}`);
  if (compareStreamIds(first, last) > 0) throw badBatch(`first ${first} is after last ${last}`);
}

/**
 * A CRC-32 over all of a batch, its ids included: a damaged `last` would move a cursor past
 * operations that were never applied. It guards against accidents, not against an attacker.
 */
export function batchDigest(batch: Batch): number {
  const { source, shard, prev, first, last, body } = batch;
  return crc32(body, crc32(`${source}\n${shard}\n${prev}\n${first}\n${last}\n`));
}

/** A batch that is refused as it stands. */
export function badBatch(reason: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_BAD_BATCH', `bad batch: ${reason}`);
}
