import { KIND_DELETE, OPERATION_HEADER_BYTES } from './block-layout.ts';

/** A delete of `key` in the form that it has inside a block. */
export function packDelete(key: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(OPERATION_HEADER_BYTES + key.length);
  out[0] = KIND_DELETE;
  out.writeUInt16BE(key.length, 1);
  out.set(key, OPERATION_HEADER_BYTES);
  return out;
}

/** A packed operation as a delete of its key. */
export function asPackedDelete(operation: Buffer): Buffer {
  if (operation[0] === KIND_DELETE) return operation;
  return packDelete(operation.subarray(OPERATION_HEADER_BYTES, OPERATION_HEADER_BYTES + operation.readUInt16BE(1)));
}
