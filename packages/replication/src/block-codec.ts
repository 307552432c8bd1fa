import {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  BLOCK_VERSION,
  blockChecksum,
  CHECKSUM_AT,
  COUNT_AT,
  KIND_DELETE,
  KIND_SET,
  MAX_BLOCK_OPERATIONS,
  OPERATION_HEADER_BYTES,
  PRODUCER_AT,
  PRODUCER_BYTES,
  SEQUENCE_AT,
  SET_HEADER_BYTES,
} from './block-layout.ts';
import { checkOperation } from './check-operation.ts';
import type { Operation } from './operation.ts';

/** Operations of one producer that entered the journal in one step. */
export interface Block {
  /** 16 lower-case hexadecimal digits, unique to a running journal. */
  readonly producer: string;
  /** 1 for the first block of a producer, one more for each that follows; at most 2^53 - 1. */
  readonly sequence: number;
  /** 1 to 65,535 operations, oldest first. */
  readonly operations: readonly Operation[];
}

const PRODUCER = /^[0-9a-f]{16}$/;

/** How many bytes `operation` takes in a block. */
export function packedBytes(operation: Operation): number {
  const head = OPERATION_HEADER_BYTES + operation.key.length;
  return operation.kind === 'delete' ? head : head + SET_HEADER_BYTES + operation.value.length;
}

/**
 * Packs a block; `decodeBlock` of the result gives an equal one.
 *
 * @throws RangeError when the producer, the sequence or the number of operations is out of bounds.
 * @throws ReplicationError `ERR_REPLICATION_BAD_OPERATION` for an operation that does not fit.
 */
export function encodeBlock(block: Block): Buffer {
  return packBlock(block.producer, block.sequence, block.operations.map(packOperation));
}

/** Puts a header before operations that are packed already. @throws RangeError as `encodeBlock`. */
export function packBlock(producer: string, sequence: number, operations: readonly Buffer[]): Buffer {
  if (!PRODUCER.test(producer)) throw new RangeError(`producer must be 16 hexadecimal digits, got ${producer}`);
  if (!Number.isSafeInteger(sequence) || sequence < 1)
    throw new RangeError(`sequence must be positive, got ${sequence}`);
  if (operations.length === 0 || operations.length > MAX_BLOCK_OPERATIONS) {
    throw new RangeError(`a block has 1 to ${MAX_BLOCK_OPERATIONS} operations, got ${operations.length}`);
  }
  let size = BLOCK_HEADER_BYTES;
  for (const operation of operations) size += operation.length;
  const out = Buffer.allocUnsafe(size);
  out[0] = BLOCK_MAGIC;
  out[1] = BLOCK_VERSION;
  out.write(producer, PRODUCER_AT, PRODUCER_BYTES, 'hex');
  out.writeBigUInt64BE(BigInt(sequence), SEQUENCE_AT);
  out.writeUInt16BE(operations.length, COUNT_AT);
  let at = BLOCK_HEADER_BYTES;
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
  const { key } = operation;
  const out = Buffer.allocUnsafe(packedBytes(operation));
  out[0] = operation.kind === 'set' ? KIND_SET : KIND_DELETE;
  out.writeUInt16BE(key.length, 1);
  out.set(key, OPERATION_HEADER_BYTES);
  if (operation.kind === 'delete') return out;
  const at = OPERATION_HEADER_BYTES + key.length;
  out.writeUInt32BE(operation.flags, at);
  out.writeDoubleBE(operation.expiresAt, at + 4);
  out.writeUInt32BE(operation.value.length, at + 12);
  out.set(operation.value, at + SET_HEADER_BYTES);
  return out;
}
