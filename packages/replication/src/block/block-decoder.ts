import { type Block, packedBytes } from './block-codec.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  BLOCK_VERSION,
  BLOCK_VERSION_SEEN,
  blockChecksum,
  CHECKSUM_AT,
  COUNT_AT,
  KIND_CLEAR,
  KIND_DELETE,
  KIND_SET,
  KIND_VERSIONED_DELETE,
  KIND_VERSIONED_SET,
  OPERATION_HEADER_BYTES,
  PRODUCER_AT,
  PRODUCER_BYTES,
  SEQUENCE_AT,
  SET_HEADER_BYTES,
  VERSION_BYTES,
} from './block-layout.ts';
import { isExpiry, MAX_KEY_BYTES } from '../operation/check-operation.ts';
import type { Operation, SetOperation } from '../operation/operation.ts';
import { ReplicationError } from '../replication-error.ts';
import { readSeen } from '../operation/seen-cursors.ts';

/**
 * Unpacks a block and checks every byte of it. Keys and values are views of `bytes`, not copies.
 *
 * @throws ReplicationError `ERR_REPLICATION_BAD_BLOCK`, naming the offset and the reason.
 */
export function decodeBlock(bytes: Buffer): Block {
  const count = readOperationCount(bytes);
  if (bytes.readUInt32BE(CHECKSUM_AT) !== blockChecksum(bytes))
    throw badBlock(CHECKSUM_AT, 'the checksum does not match');
  const sequence = Number(bytes.readBigUInt64BE(SEQUENCE_AT));
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw badBlock(SEQUENCE_AT, `the sequence is ${sequence}`);
  const operations: Operation[] = [];
  const clears: Buffer[] = [];
  const vector = bytes[1] === BLOCK_VERSION_SEEN ? readSeen(bytes, BLOCK_HEADER_BYTES) : undefined;
  let at = vector?.end ?? BLOCK_HEADER_BYTES;
  for (let index = 0; index < count; index += 1) {
    if (bytes[at] === KIND_CLEAR) {
      const prefix = readPrefix(bytes, at);
      clears.push(prefix);
      at += OPERATION_HEADER_BYTES + prefix.length;
      continue;
    }
    const operation = readOperation(bytes, at);
    operations.push(operation);
    at += packedBytes(operation);
  }
  if (at !== bytes.length) throw badBlock(at, `${bytes.length - at} bytes follow the last operation`);
  if (clears.length > 0 && operations.length > 0) throw badBlock(COUNT_AT, 'it clears and holds operations');
  const producer = bytes.toString('hex', PRODUCER_AT, PRODUCER_AT + PRODUCER_BYTES);
  return {
    producer,
    sequence,
    operations,
    ...(clears.length === 0 ? {} : { clears }),
    ...(vector === undefined ? {} : { seen: vector.seen }),
  };
}

/** The operations of a piece of a block that was just packed. */
export function unpackOperations(packed: Buffer): Operation[] {
  const operations: Operation[] = [];
  for (let at = 0; at < packed.length;) {
    const operation = readOperation(packed, at);
    operations.push(operation);
    at += packedBytes(operation);
  }
  return operations;
}

/**
 * How many operations a block says it holds, from its header alone.
 *
 * @throws ReplicationError `ERR_REPLICATION_BAD_BLOCK` when it is no block of this version.
 */
export function readOperationCount(bytes: Buffer): number {
  if (bytes.length < BLOCK_HEADER_BYTES) {
    throw badBlock(0, `the header needs ${BLOCK_HEADER_BYTES} bytes and ${bytes.length} are there`);
  }
  if (bytes[0] !== BLOCK_MAGIC) throw badBlock(0, `the magic byte is ${bytes[0]}, not ${BLOCK_MAGIC}`);
  if (bytes[1] !== BLOCK_VERSION && bytes[1] !== BLOCK_VERSION_SEEN) {
    throw badBlock(1, `the version is ${bytes[1]}, and only 1 and 2 are known`);
  }
  const count = bytes.readUInt16BE(COUNT_AT);
  if (count === 0) throw badBlock(COUNT_AT, 'it holds no operation');
  return count;
}

function readOperation(bytes: Buffer, at: number): Operation {
  need(bytes, at, OPERATION_HEADER_BYTES, 'an operation');
  const kind = bytes[at];
  const isVersioned = kind === KIND_VERSIONED_SET || kind === KIND_VERSIONED_DELETE;
  if (kind !== KIND_SET && kind !== KIND_DELETE && !isVersioned) throw badBlock(at, `the kind is ${kind}`);
  const keyBytes = bytes.readUInt16BE(at + 1);
  if (keyBytes === 0 || keyBytes > MAX_KEY_BYTES) throw badBlock(at + 1, `the key length is ${keyBytes}`);
  const keyAt = at + OPERATION_HEADER_BYTES;
  need(bytes, keyAt, keyBytes, 'a key');
  const key = bytes.subarray(keyAt, keyAt + keyBytes);
  if (kind === KIND_DELETE) return { kind: 'delete', key };
  if (!isVersioned) return readSet(bytes, keyAt + keyBytes, key);

  const versionAt = keyAt + keyBytes;
  need(bytes, versionAt, VERSION_BYTES, 'a version');
  const version = bytes.readBigUInt64BE(versionAt);
  if (kind === KIND_VERSIONED_DELETE) return { kind: 'delete', key, version };
  return { ...readSet(bytes, versionAt + VERSION_BYTES, key), version };
}

function readSet(bytes: Buffer, setAt: number, key: Buffer): SetOperation {
  need(bytes, setAt, SET_HEADER_BYTES, 'the header of a set');
  const flags = bytes.readUInt32BE(setAt);
  const expiresAt = bytes.readDoubleBE(setAt + 4);
  if (!isExpiry(expiresAt)) throw badBlock(setAt + 4, `the expiry is ${expiresAt}`);
  const valueBytes = bytes.readUInt32BE(setAt + 12);
  const valueAt = setAt + SET_HEADER_BYTES;
  need(bytes, valueAt, valueBytes, 'a value');
  return { kind: 'set', key, value: bytes.subarray(valueAt, valueAt + valueBytes), flags, expiresAt };
}

function readPrefix(bytes: Buffer, at: number): Buffer {
  need(bytes, at, OPERATION_HEADER_BYTES, 'a clear');
  const prefixBytes = bytes.readUInt16BE(at + 1);
  if (prefixBytes > MAX_KEY_BYTES) throw badBlock(at + 1, `the prefix length is ${prefixBytes}`);
  const prefixAt = at + OPERATION_HEADER_BYTES;
  need(bytes, prefixAt, prefixBytes, 'a prefix');
  return bytes.subarray(prefixAt, prefixAt + prefixBytes);
}

function need(bytes: Buffer, at: number, count: number, what: string): void {
  const left = bytes.length - at;
  if (left < count) throw badBlock(at, `${what} needs ${count} bytes and ${left} are left`);
}

function badBlock(at: number, reason: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_BAD_BLOCK', `bad block at offset ${at}: ${reason}`);
}
