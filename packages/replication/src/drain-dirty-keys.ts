import { encodeBlock } from './block-codec.ts';
import type { JournalKeys } from './journal-keys.ts';
import { DRAIN_DIRTY } from './lua/drain-dirty.ts';
import { type OwnedConnection, redisFailed } from './owned-connection.ts';

const BLOCK_KEYS = 100;
/** Blocks in one go; the rest waits for the next look, so that the stream is not filled again at once. */
const MAX_BLOCKS = 50;
/** Nobody else appends under this name; its blocks are not compared with one another. */
const PRODUCER = '0000000000000000';

/**
 * Appends deletes for keys that did not fit into the journal. One may come after a newer store of its
 * key; that costs a miss. A key that becomes dirty again meanwhile is deleted after that, or again.
 *
 * @throws ReplicationError `ERR_REPLICATION_REDIS`; what was appended is not dirty any more.
 */
export async function drainDirtyKeys(
  connection: OwnedConnection,
  { stream, meta, dirty }: JournalKeys,
  timeoutMs: number,
): Promise<void> {
  for (let round = 0; round < MAX_BLOCKS; round += 1) {
    const reply = await connection.run((redis) => redis.callBuffer('SRANDMEMBER', dirty, BLOCK_KEYS), timeoutMs);
    if (!Array.isArray(reply)) throw redisFailed(new Error('the dirty keys are no list'));
    const keys = reply as Buffer[];
    if (keys.length === 0) return;
    const operations = keys.map((key) => ({ kind: 'delete' as const, key }));
    const block = encodeBlock({ producer: PRODUCER, sequence: round + 1, operations });
    const args = [block, keys.length, ...keys];
    await connection.run((redis) => DRAIN_DIRTY.run(redis, [stream, meta, dirty], args), timeoutMs);
  }
}
