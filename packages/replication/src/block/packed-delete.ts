import {
  KIND_DELETE,
  KIND_SET,
  KIND_VERSIONED_DELETE,
  KIND_VERSIONED_SET,
  OPERATION_HEADER_BYTES,
  SET_HEADER_BYTES,
  VALUE_LENGTH_AT,
  VERSION_BYTES,
} from './block-layout.ts';
import { packOperation } from './block-codec.ts';
import type { Operation } from '../operation/operation.ts';
import type { PackedOperations } from './packed-operations.ts';

/** A delete of the key of an operation, with its version, in the form that it has inside a block. */
export function packAsDelete({ key, version }: Operation): Buffer {
  return packOperation(version === undefined ? { kind: 'delete', key } : { kind: 'delete', key, version });
}

/** Packed operations as deletes of their keys, with the versions that they have. */
export function asPackedDeletes({ count, parts }: PackedOperations): PackedOperations {
  const deletes: Buffer[] = [];
  for (const part of parts) {
    let at = 0;
    while (at < part.length) {
      const keyEnd = at + OPERATION_HEADER_BYTES + part.readUInt16BE(at + 1);
      const kind = part[at];
      const isVersioned = kind === KIND_VERSIONED_SET || kind === KIND_VERSIONED_DELETE;
      const end = isVersioned ? keyEnd + VERSION_BYTES : keyEnd;
      const packed = Buffer.from(part.subarray(at, end));
      packed[0] = isVersioned ? KIND_VERSIONED_DELETE : KIND_DELETE;
      deletes.push(packed);
      const isSet = kind === KIND_SET || kind === KIND_VERSIONED_SET;
      at = isSet ? end + SET_HEADER_BYTES + part.readUInt32BE(end + VALUE_LENGTH_AT) : end;
    }
  }
  return { count, parts: deletes };
}
