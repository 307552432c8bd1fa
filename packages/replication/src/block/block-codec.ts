import {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  BLOCK_VERSION,
  BLOCK_VERSION_SEEN,
  blockChecksum,
  CHECKSUM_AT,
  COUNT_AT,
  KIND_DELETE,
  KIND_SET,
  KIND_VERSIONED_DELETE,
  KIND_VERSIONED_SET,
  MAX_BLOCK_OPERATIONS,
  OPERATION_HEADER_BYTES,
  PRODUCER_AT,
  PRODUCER_BYTES,
  SEQUENCE_AT,
  SET_HEADER_BYTES,
  VALUE_LENGTH_AT,
  VERSION_BYTES,
} from './block-layout.ts';
import { packClear } from './packed-clear.ts';
import { checkOperation } from '../operation/check-operation.ts';
import type { Operation } from '../operation/operation.ts';
import { packSeen, type SeenCursors } from '../operation/seen-cursors.ts';

/** Operations of one producer that entered the journal in one step. */
export interface Block {
  /** 16 lower-case hexadecimal digits, unique to a running journal. */
  readonly producer: string;
  /** 1 for the first block of a producer, one more for each that follows; at most 2^53 - 1. */
  readonly sequence: number;
  /** 1 to 65,535 operations, oldest first; none in a block that clears. */
  readonly operations: readonly Operation[];
  /** What a block that clears holds: every key that starts with one of these is to go; an empty one means all keys. */
  readonly clears?: readonly Buffer[];
  /** What its region had seen of others when these operations were begun. */
  readonly seen?: SeenCursors;
}

const PRODUCER = /^[0-9a-f]{16}$/;

/** How many bytes `operation` takes in a block. */
export function packedBytes(operation: Operation): number {
  const version = operation.version === undefined ? 0 : VERSION_BYTES;
  const head = OPERATION_HEADER_BYTES + operation.key.length + version;
  return operation.kind === 'delete' ? head : head + SET_HEADER_BYTES + operation.value.length;
}

/**
 * Packs a block; `decodeBlock` of the result gives an equal one.
 *
 * @throws RangeError when the producer, the sequence or the number of operations is out of bounds.
 * @throws ReplicationError `ERR_REPLICATION_BAD_OPERATION` for an operation that does not fit.
 */
export function encodeBlock(block: Block): Buffer {
  const { producer, sequence, operations, clears = [], seen } = block;
  if (operations.length > 0 && clears.length > 0) throw new RangeError('a block clears, or holds operations');
  return packBlock(producer, sequence, [...clears.map(packClear), ...operations.map(packOperation)], { seen });
}

/**
 * Puts a header before operations that are packed already, one in each buffer where no `count` says otherwise.
 *
 * @throws RangeError as `encodeBlock`.
 */
export function packBlock(
  producer: string,
  sequence: number,
  operations: readonly Buffer[],
  { seen, count = operations.length }: { readonly seen?: SeenCursors | undefined; readonly count?: number } = {},
): Buffer {
  if (!PRODUCER.test(producer)) throw new RangeError(`producer must be 16 hexadecimal digits, got ${producer}`);
  if (!Number.isSafeInteger(sequence) || sequence < 1)
    throw new RangeError(`sequence must be positive, got ${sequence}`);
  if (count === 0 || count > MAX_BLOCK_OPERATIONS) {
    throw new RangeError(`a block has 1 to ${MAX_BLOCK_OPERATIONS} operations, got ${count}`);
  }
  const vector = seen === undefined ? undefined : packSeen(seen);
  let size = BLOCK_HEADER_BYTES + (vector?.length ?? 0);
  for (const operation of operations) size += operation.length;
  const out = Buffer.allocUnsafe(size);
  out[0] = BLOCK_MAGIC;
  out[1] = vector === undefined ? BLOCK_VERSION : BLOCK_VERSION_SEEN;
  out.write(producer, PRODUCER_AT, PRODUCER_BYTES, 'hex');
  out.writeBigUInt64BE(BigInt(sequence), SEQUENCE_AT);
  out.writeUInt16BE(count, COUNT_AT);
  let at = BLOCK_HEADER_BYTES + (vector?.length ?? 0);
  if (vector !== undefined) out.set(vector, BLOCK_HEADER_BYTES);
  for (const operation of operations) {
    out.set(operation, at);
    at += operation.length;
  }
  out.writeUInt32BE(blockChecksum(out), CHECKSUM_AT);
  return out;
}

/** Copies one operation into the form that it has inside a block. @throws ReplicationError as `encodeBlock`. */
export function packOperation(operation: Operation): Buffer {
  checkOperation(operation);
  const out = Buffer.allocUnsafe(packedBytes(operation));
  packOperationAt(out, 0, operation);
  return out;
}

/** Copies an operation that was checked to where there is room for its `packedBytes`. */
export function packOperationAt(out: Buffer, start: number, operation: Operation): void {
  const { key, version } = operation;
  // Written out: for each write, a call for each number is most of what packing costs.
  if (version === undefined) out[start] = operation.kind === 'set' ? KIND_SET : KIND_DELETE;
  else out[start] = operation.kind === 'set' ? KIND_VERSIONED_SET : KIND_VERSIONED_DELETE;
  out[start + 1] = key.length >>> 8;
  out[start + 2] = key.length;
  out.set(key, start + OPERATION_HEADER_BYTES);
  let at = start + OPERATION_HEADER_BYTES + key.length;
  if (version !== undefined) {
    out.writeBigUInt64BE(BigInt(version), at);
    at += VERSION_BYTES;
  }
  if (operation.kind === 'delete') return;
  putUint32(out, at, operation.flags);
  if (operation.expiresAt === 0) out.fill(0, at + 4, at + 12);
  else out.writeDoubleBE(operation.expiresAt, at + 4);
  putUint32(out, at + VALUE_LENGTH_AT, operation.value.length);
  out.set(operation.value, at + SET_HEADER_BYTES);
}

function putUint32(out: Buffer, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}
