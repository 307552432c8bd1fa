import { type Block, encodeBlock } from '../block/block-codec.ts';
import type { JournalKeys } from '../journal/journal-keys.ts';
import { DRAIN_DIRTY } from '../lua/drain-dirty.ts';
import { type OwnedConnection, redisFailed } from '../owned-connection.ts';

const BLOCK_KEYS = 100;
/** Blocks in one go; the rest waits for the next look, as does what would fill more than half of the stream. */
const MAX_BLOCKS = 50;
/** Nobody else appends under this name; its blocks are not compared with one another. */
const PRODUCER = '0000000000000000';

/**
 * Appends deletes for keys that did not fit into the journal, and clears for classes that did not. One may come
 * after a newer store of its key; that costs a miss. What becomes dirty again meanwhile is deleted after that, or again.
 *
 * @throws ReplicationError `ERR_REPLICATION_REDIS`; what was appended is not dirty any more.
 */
export async function drainDirtyKeys(
  connection: OwnedConnection,
  { stream, meta, dirty, classes }: JournalKeys,
  timeoutMs: number,
): Promise<void> {
  const toClears = (prefixes: Buffer[]): Pick<Block, 'operations' | 'clears'> => ({ operations: [], clears: prefixes });
  const toDeletes = (keys: Buffer[]): Pick<Block, 'operations'> => ({
    operations: keys.map((key) => ({ kind: 'delete', key })),
  });
  const sets = [
    { set: classes, field: 'classBytes', toBlock: toClears },
    { set: dirty, field: 'dirtyBytes', toBlock: toDeletes },
  ];
  for (const { set, field, toBlock } of sets) {
    for (let round = 0; round < MAX_BLOCKS; round += 1) {
      const reply = await connection.run((redis) => redis.callBuffer('SRANDMEMBER', set, BLOCK_KEYS), timeoutMs);
      if (!Array.isArray(reply)) throw redisFailed(new Error('what is dirty is no list'));
      const members = reply as Buffer[];
      if (members.length === 0) break;
      const block = encodeBlock({ producer: PRODUCER, sequence: round + 1, ...toBlock(members) });
      const args = [block, members.length, field, ...members];
      const left = await connection.run((redis) => DRAIN_DIRTY.run(redis, [stream, meta, set], args), timeoutMs);
      if (Number(left) < 0) return;
    }
  }
}
