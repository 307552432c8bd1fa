import type { Operation, RowVersion } from './operation.ts';
import { ReplicationError } from '../replication-error.ts';

/** Longest key, in bytes: memcached's own limit. */
export const MAX_KEY_BYTES = 250;

/** Largest value, in bytes: half of what a receiver takes in one body, or it would hold its shard up for ever. */
export const MAX_VALUE_BYTES: number = 8 * 1024 * 1024;

const MAX_U32 = 0xff_ff_ff_ff;
const MAX_U64 = 0xff_ff_ff_ff_ff_ff_ff_ffn;

/** @throws ReplicationError `ERR_REPLICATION_BAD_OPERATION` naming the member that a block cannot carry. */
export function checkOperation(operation: Operation): void {
  const { kind, key, version } = operation;
  if (kind !== 'set' && kind !== 'delete') throw bad(`kind must be "set" or "delete", got ${String(kind)}`);
  if (!(key instanceof Uint8Array)) throw bad('key must be a Buffer');
  if (key.length === 0 || key.length > MAX_KEY_BYTES)
    throw bad(`key must be 1 to ${MAX_KEY_BYTES} bytes, got ${key.length}`);
  if (version !== undefined && !isVersion(version))
    throw bad(`version must be an unsigned 64-bit number, got ${typeof version} ${version}`);
  if (kind === 'delete') return;
  const { value, flags, expiresAt } = operation;
  if (!(value instanceof Uint8Array)) throw bad('value must be a Buffer');
  if (value.length > MAX_VALUE_BYTES)
    throw bad(`value must be at most ${MAX_VALUE_BYTES} bytes, got ${value.length}; a delete of its key can travel`);
  if (!Number.isInteger(flags) || flags < 0 || flags > MAX_U32)
    throw bad(`flags must be an unsigned 32-bit number, got ${flags}`);
  if (!isExpiry(expiresAt)) throw bad(`expiresAt must be 0 or seconds since the epoch, got ${expiresAt}`);
}

function isVersion(version: RowVersion): boolean {
  return typeof version === 'bigint'
    ? version >= 0n && version <= MAX_U64
    : Number.isSafeInteger(version) && version >= 0;
}

/** Whether `seconds` can be an expiry: finite and not negative. */
export function isExpiry(seconds: number): boolean {
  return Number.isFinite(seconds) && seconds >= 0;
}

function bad(reason: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_BAD_OPERATION', `operation refused: ${reason}`);
}
