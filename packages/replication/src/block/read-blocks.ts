import {
  BLOCK_HEADER_BYTES,
  BLOCK_VERSION_SEEN,
  blockChecksum,
  CHECKSUM_AT,
  COUNT_AT,
  KIND_DELETE,
  KIND_SET,
  OPERATION_HEADER_BYTES,
  SEQUENCE_AT,
  SET_HEADER_BYTES,
  VALUE_LENGTH_AT,
} from './block-layout.ts';
import { readOperationCount } from './block-decoder.ts';
import { isMarker } from './marker.ts';
import { isExpiry, MAX_KEY_BYTES } from '../operation/check-operation.ts';
import { draftWrites, type PackedDraft, type PackedWrites } from '../operation/packed-writes.ts';
import { readSeen, type SeenCursors } from '../operation/seen-cursors.ts';
import { KeyTable, MAX_TABLE_KEYS } from './key-table.ts';

/** Where a block lies: the offset of its first byte, and the one after its last. */
export interface BlockSpan {
  readonly start: number;
  readonly end: number;
}

/** Blocks in packed form: what `planBatch` comes to, of which nothing was unpacked. */
export interface PackedBlocks {
  /** The last operation of each key, without markers. */
  readonly writes: PackedWrites;
  /** Operations as they came. */
  readonly received: number;
  /** By the index of the write, what its region had seen of others; absent when none came with that. */
  readonly seen?: readonly (SeenCursors | undefined)[] | undefined;
}

const table = new KeyTable();
const NO_VECTOR: { readonly seen?: SeenCursors; readonly end: number } = { end: BLOCK_HEADER_BYTES };
/** The first byte of the keys of markers. */
const MARKER_BYTE = 0x6c;

/**
 * Reads the blocks that lie in `bytes`, oldest first, without unpacking them, and keeps the last operation of each key.
 * Undefined for what must be unpacked: blocks that clear, operations with versions, more than `MAX_TABLE_KEYS`
 * operations, and all that is damaged, of which `decodeBlock` knows what to say.
 */
export function readBlocks(bytes: Buffer, spans: readonly BlockSpan[]): PackedBlocks | undefined {
  const room = countOperations(bytes, spans);
  if (room === 0 || room > MAX_TABLE_KEYS) return undefined;
  const writes = draftWrites(bytes, room);
  let seen: (SeenCursors | undefined)[] | undefined;
  table.open(room);
  for (const { start, end } of spans) {
    const block = bytes.subarray(start, end);
    if (readUint32(block, CHECKSUM_AT) !== blockChecksum(block)) return undefined;
    const sequence = Number(block.readBigUInt64BE(SEQUENCE_AT));
    if (!Number.isSafeInteger(sequence) || sequence < 1) return undefined;
    const vector = block[1] === BLOCK_VERSION_SEEN ? seenOf(block) : NO_VECTOR;
    if (vector === undefined) return undefined;
    if (vector.seen !== undefined) seen ??= [];
    const count = block.readUInt16BE(COUNT_AT);
    if (!takeBlock(writes, start + vector.end, end, count, { seen, vector: vector.seen })) return undefined;
  }
  return { writes, received: room, seen };
}

/** How many operations the blocks say they hold; 0 when the head of one is damaged. */
function countOperations(bytes: Buffer, spans: readonly BlockSpan[]): number {
  let room = 0;
  try {
    for (const { start, end } of spans) room += readOperationCount(bytes.subarray(start, end));
  } catch {
    return 0;
  }
  return room;
}

/** The version vector of a block, and where it ends; undefined when it is damaged. */
function seenOf(block: Buffer): { readonly seen?: SeenCursors; readonly end: number } | undefined {
  try {
    return readSeen(block, BLOCK_HEADER_BYTES);
  } catch {
    return undefined;
  }
}

/** Takes the operations of a block from `start` to `end`. False when there is something else, or too little or too much. */
function takeBlock(
  writes: PackedDraft,
  start: number,
  end: number,
  count: number,
  {
    seen,
    vector,
  }: { readonly seen: (SeenCursors | undefined)[] | undefined; readonly vector: SeenCursors | undefined },
): boolean {
  const { bytes } = writes;
  let at = start;
  for (let left = count; left > 0; left -= 1) {
    const keyStart = at + OPERATION_HEADER_BYTES;
    if (keyStart > end) return false;
    const kind = bytes[at];
    const keyBytes = ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if ((kind !== KIND_SET && kind !== KIND_DELETE) || keyBytes === 0 || keyBytes > MAX_KEY_BYTES) return false;
    const keyEnd = keyStart + keyBytes;
    if (keyEnd > end) return false;
    let valueStart = 0;
    let valueEnd = 0;
    let flags = 0;
    let expiresAt = 0;
    at = keyEnd;
    if (kind === KIND_SET) {
      valueStart = keyEnd + SET_HEADER_BYTES;
      if (valueStart > end) return false;
      flags = readUint32(bytes, keyEnd);
      expiresAt = readExpiry(bytes, keyEnd + 4);
      valueEnd = valueStart + readUint32(bytes, keyEnd + VALUE_LENGTH_AT);
      if (valueEnd > end || !isExpiry(expiresAt)) return false;
      at = valueEnd;
    }
    if (bytes[keyStart] === MARKER_BYTE && isMarker({ key: bytes.subarray(keyStart, keyEnd) })) continue;
    const index = table.place(writes, keyStart, keyEnd);
    if (index < 0) return false;
    writes.valueStarts[index] = valueStart;
    writes.valueEnds[index] = valueEnd;
    writes.flags[index] = flags;
    writes.expiresAt[index] = expiresAt;
    if (seen !== undefined) seen[index] = vector;
  }
  return at === end;
}

function readUint32(bytes: Buffer, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

/** Nearly all are 0, which is never. */
function readExpiry(bytes: Buffer, at: number): number {
  if (readUint32(bytes, at) === 0 && readUint32(bytes, at + 4) === 0) return 0;
  return bytes.readDoubleBE(at);
}
