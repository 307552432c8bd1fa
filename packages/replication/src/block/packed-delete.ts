import { KIND_DELETE, OPERATION_HEADER_BYTES, SET_HEADER_BYTES, VALUE_LENGTH_AT } from './block-layout.ts';
import type { PackedOperations } from './packed-operations.ts';

/** A delete of `key` in the form that it has inside a block. */
export function packDelete(key: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(OPERATION_HEADER_BYTES + key.length);
  out[0] = KIND_DELETE;
  out.writeUInt16BE(key.length, 1);
  out.set(key, OPERATION_HEADER_BYTES);
  return out;
}

/** Packed operations as deletes of their keys. */
export function asPackedDeletes({ count, parts }: PackedOperations): PackedOperations {
  const deletes: Buffer[] = [];
  for (const part of parts) {
    let at = 0;
    while (at < part.length) {
      const keyEnd = at + OPERATION_HEADER_BYTES + part.readUInt16BE(at + 1);
      deletes.push(packDelete(part.subarray(at + OPERATION_HEADER_BYTES, keyEnd)));
      at = part[at] === KIND_DELETE ? keyEnd : keyEnd + SET_HEADER_BYTES + part.readUInt32BE(keyEnd + VALUE_LENGTH_AT);
    }
  }
  return { count, parts: deletes };
}
