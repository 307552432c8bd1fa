import { ReplicationError } from '../replication-error.ts';
import { isRegionName } from './region-name.ts';
import { isStreamId, type StreamId } from './stream-id.ts';

/** How far a region had applied the journals of others when an operation was begun there: a version vector of one shard. */
export interface SeenCursors {
  /**
   * The number of the first shard of the layout that it was written to; what was decoded has it.
   * @default 0, of the layout that a journal is begun with
   */
  readonly base?: number;
  /** How many shards that layout has. With another one, a shard here would hold other keys, and what it has seen would be of others. */
  readonly shards: number;
  /** By region. */
  readonly cursors: ReadonlyMap<string, StreamId>;
}

/** The most shards, which u16 cannot hold: 0, which no journal has, stands for it. */
const ALL_SHARDS = 65_536;

/** Packs a vector: u16 base · u16 shards · u8 regions · for each u8 length · name · u8 length · cursor. */
export function packSeen({ base = 0, shards, cursors }: SeenCursors): Buffer {
  if (cursors.size > 255) throw new RangeError(`a vector has at most 255 regions, got ${cursors.size}`);
  const head = Buffer.alloc(5);
  head.writeUInt16BE(base);
  head.writeUInt16BE(shards === ALL_SHARDS ? 0 : shards, 2);
  head[4] = cursors.size;
  const parts = [head];
  for (const [region, cursor] of cursors) {
    parts.push(Buffer.from([region.length]), Buffer.from(region), Buffer.from([cursor.length]), Buffer.from(cursor));
  }
  return Buffer.concat(parts);
}

/** Reads the vector at an offset, and gives where it ends. @throws ReplicationError `ERR_REPLICATION_BAD_BLOCK`. */
export function readSeen(bytes: Buffer, from: number): { readonly seen: SeenCursors; readonly end: number } {
  let at = from;
  const take = (count: number): Buffer => {
    if (bytes.length - at < count) throw badVector(at, `${count} bytes are needed and ${bytes.length - at} are left`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  const base = take(2).readUInt16BE(0);
  const shards = take(2).readUInt16BE(0) || ALL_SHARDS;
  const count = take(1)[0] as number;
  const cursors = new Map<string, StreamId>();
  for (let left = count; left > 0; left -= 1) {
    const start = at;
    const region = take(take(1)[0] as number).toString('latin1');
    const cursor = take(take(1)[0] as number).toString('latin1');
    if (!isRegionName(region) || !isStreamId(cursor)) throw badVector(start, 'it names no region or no cursor');
    cursors.set(region, cursor);
  }
  return { seen: { base, shards, cursors }, end: at };
}

function badVector(at: number, reason: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_BAD_BLOCK', `bad version vector at offset ${at}: ${reason}`);
}
