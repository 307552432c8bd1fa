// Locks
export { createLocks } from './create-locks.ts';
export { type CloseOptions, type Locks } from './locks.ts';
export { type LeaseDefaults, type LocksOptions } from './lock-options.ts';
export { type AcquireOptions, type SectionOptions } from './acquire-options.ts';
export { type HeldLock, type Lease } from './lease/lease.ts';
export { type HeldLocks } from './with-locks.ts';

// Locks that several may hold
export { type Semaphore } from './semaphore/semaphore.ts';
export { type ReadWriteLock, type ReadWriteOptions } from './read-write/read-write-lock.ts';
export { type ShapedLock } from './shaped-lock.ts';

// Leader election
export {
  type Election,
  type ElectionBackoff,
  type ElectionEvents,
  type ElectOptions,
  type Leader,
  type Leadership,
  type ResignOptions,
  type RevokeReason,
} from './election/election.ts';

// Where locks live
export {
  type AcquireManyReply,
  type AcquireReply,
  type AcquireRequest,
  type Bound,
  type Grant,
  type LockDriver,
  type LockFamily,
  type LockInfo,
  type LockListener,
  type LockShape,
  type Occupied,
  type RenewReply,
  type RenewRequest,
} from './driver/lock-driver.ts';
export { createRedisLockDriver, type RedisLockDriverOptions } from './driver/redis/redis-lock-driver.ts';
export {
  createMemoryLockDriver,
  createMemoryLockSpace,
  type MemoryLockDriverOptions,
  type MemoryLockSpace,
  type MemoryLockSpaceOptions,
} from './driver/memory/memory-lock-driver.ts';

// Fencing in Redis and over HTTP
export { FENCING_TOKEN_HEADER, formatFencingToken, parseFencingToken } from './fencing/fencing-token.ts';
export { fenced, type FencedCall, type FencedKey, type FencedOptions } from './fencing/fenced.ts';
export { type GuardedRun, type GuardOptions, guardScript, type GuardScript } from './fencing/guard-script.ts';
export { fenceKeyOf } from './fencing/fence-key.ts';
export { type AdmitOptions, type FenceStore } from './fencing/fence-store.ts';
export { createMemoryFenceStore, type MemoryFenceStoreOptions } from './fencing/memory-fence-store.ts';
export { createRedisFenceStore, type RedisFenceStoreOptions } from './fencing/redis-fence-store.ts';

// Fencing in SQL
export { fencedUpdate } from './fencing/sql/fenced-update.ts';
export { fencedUpsert } from './fencing/sql/fenced-upsert.ts';
export {
  addFenceColumn,
  createFenceTable,
  type FenceColumnOptions,
  type FenceTableOptions,
  raiseFence,
  type RaiseFenceOptions,
} from './fencing/sql/fence-table.ts';
export { applyFenced, type RunSql, type SqlOutcome } from './fencing/sql/apply-fenced.ts';
export { type FencedRow, type FencedWrite } from './fencing/sql/fenced-write.ts';
export { type SqlDialect, type SqlStatement, type SqlValue } from './fencing/sql/sql-statement.ts';

// A quorum of independent masters, for efficiency only
export { createQuorumLocks } from './quorum/create-quorum-locks.ts';
export { type QuorumAcquireOptions, type QuorumLocks, type QuorumLocksOptions } from './quorum/quorum-locks.ts';
export { type QuorumLease } from './quorum/quorum-lease.ts';

// Diagnostics channels
export { type ElectionMessage, type HoldMessage, type WaitMessage } from './channels.ts';

// Errors
export { LockError, type LockErrorCode, type LockErrorOptions } from './lock-error.ts';
