import { readOperationCount } from '../block/block-decoder.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import { ReplicationError } from '../replication-error.ts';
import { isStreamId, type StreamId } from '../operation/stream-id.ts';

/** One block in a journal's stream. */
export interface JournalEntry {
  readonly id: StreamId;
  /** The block as it was packed. */
  readonly block: Buffer;
  /** Operations in the block. */
  readonly operations: number;
  /** Operations that were appended before it since the journal began. */
  readonly before: number;
  /** Bytes that were appended before it since the journal began; see `heldSize`. */
  readonly bytesBefore: number;
}

/** What the scripts count for an entry besides its block. */
const ENTRY_OVERHEAD_BYTES = 64;

/** What an entry counts for in the bytes of a journal. */
export function heldSize({ block }: Pick<JournalEntry, 'block'>): number {
  return block.length + ENTRY_OVERHEAD_BYTES;
}

/** An id, and names and values of its fields by turns. */
type RawEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** What to read. */
export interface ReadOptions {
  readonly stream: string;
  /** The id to read after. */
  readonly after: StreamId;
  readonly maxEntries: number;
  /** How long to wait for an entry where there is none; 0 does not wait. */
  readonly blockMs: number;
  /** How long Redis may take beyond that. */
  readonly timeoutMs: number;
}

/**
 * Reads the entries after an id, oldest first.
 *
 * @throws ReplicationError `ERR_REPLICATION_REDIS`, and `ERR_REPLICATION_BAD_BLOCK` for an entry that no journal wrote.
 */
export async function readJournal(connection: OwnedConnection, options: ReadOptions): Promise<JournalEntry[]> {
  return (await readStream(connection, options)).map(parseEntry);
}

/** Reads entries of any stream as they are: an id and its fields. @throws ReplicationError `ERR_REPLICATION_REDIS`. */
export async function readStream(connection: OwnedConnection, options: ReadOptions): Promise<readonly RawEntry[]> {
  const { stream, after, maxEntries, blockMs, timeoutMs } = options;
  const block = blockMs > 0 ? ['BLOCK', blockMs] : [];
  const args = ['COUNT', maxEntries, ...block, 'STREAMS', stream, after];
  const reply = await connection.run((redis) => redis.callBuffer('XREAD', ...args), blockMs + timeoutMs);
  return entriesOf(reply);
}

/** The one stream of a reply: RESP2 nests it in a pair, RESP3 makes it the value of a flattened map. */
function entriesOf(reply: unknown): readonly RawEntry[] {
  if (!Array.isArray(reply)) return [];
  const [first, second] = reply as unknown[];
  const entries = Array.isArray(first) ? (first as unknown[])[1] : second;
  return Array.isArray(entries) ? (entries as RawEntry[]) : [];
}

function parseEntry([id, fields]: RawEntry): JournalEntry {
  const key = id.toString();
  let block: Buffer | undefined;
  let before = Number.NaN;
  let bytesBefore = 0;
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index]?.toString();
    if (name === 'b') block = fields[index + 1];
    else if (name === 'n') before = Number(fields[index + 1]?.toString());
    else if (name === 's') bytesBefore = Number(fields[index + 1]?.toString());
  }
  if (!isStreamId(key) || block === undefined || !Number.isSafeInteger(before)) {
    throw new ReplicationError('ERR_REPLICATION_BAD_BLOCK', `the journal's entry ${key} has no block or no count`);
  }
  return { id: key, block, operations: readOperationCount(block), before, bytesBefore };
}
