import { KIND_CLEAR, OPERATION_HEADER_BYTES } from './block-layout.ts';
import { MAX_KEY_BYTES } from '../operation/check-operation.ts';
import { ReplicationError } from '../replication-error.ts';

/**
 * A clear of every key that starts with `prefix`, in the form that it has inside a block.
 *
 * @throws ReplicationError `ERR_REPLICATION_BAD_OPERATION` for a prefix that is longer than any key.
 */
export function packClear(prefix: Uint8Array): Buffer {
  if (prefix.length > MAX_KEY_BYTES) {
    const message = `a prefix must be at most ${MAX_KEY_BYTES} bytes, got ${prefix.length}`;
    throw new ReplicationError('ERR_REPLICATION_BAD_OPERATION', message);
  }
  const out = Buffer.allocUnsafe(OPERATION_HEADER_BYTES + prefix.length);
  out[0] = KIND_CLEAR;
  out.writeUInt16BE(prefix.length, 1);
  out.set(prefix, OPERATION_HEADER_BYTES);
  return out;
}
