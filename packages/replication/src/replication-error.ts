import { CodedError } from '@lockstep/core';

/** Every code that this package throws; the README says what each means and what to do. */
export type ReplicationErrorCode =
  | 'ERR_REPLICATION_BAD_OPERATION'
  | 'ERR_REPLICATION_BAD_BLOCK'
  | 'ERR_REPLICATION_BAD_BATCH'
  | 'ERR_REPLICATION_JOURNAL_TIMEOUT'
  | 'ERR_REPLICATION_JOURNAL_FULL'
  | 'ERR_REPLICATION_DURABILITY'
  | 'ERR_REPLICATION_OVERLOADED'
  | 'ERR_REPLICATION_CLOSED'
  | 'ERR_REPLICATION_REDIS'
  | 'ERR_REPLICATION_SHARDS'
  | 'ERR_REPLICATION_LOOP'
  | 'ERR_REPLICATION_GAP'
  | 'ERR_REPLICATION_BUSY'
  | 'ERR_REPLICATION_APPLY_FAILED'
  | 'ERR_REPLICATION_TAIL_LOST'
  | 'ERR_REPLICATION_TRANSPORT'
  | 'ERR_REPLICATION_REFUSED'
  | 'ERR_REPLICATION_TOO_LARGE'
  | 'ERR_REPLICATION_UNAUTHORIZED'
  | 'ERR_REPLICATION_NOT_FOUND';

/** What this package throws. Match on `code`. */
export class ReplicationError extends CodedError<ReplicationErrorCode> {}
