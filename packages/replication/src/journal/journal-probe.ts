import type { RedisClient } from '@lockstep/core';

import type { JournalKeys } from './journal-keys.ts';
import { PROBE_JOURNAL } from '../lua/probe-journal.ts';
import { redisFailed } from '../owned-connection.ts';
import { isStreamId, type StreamId } from '../operation/stream-id.ts';

/** What a journal looks like from a cursor. */
export interface JournalProbe {
  /** The newest id that the stream ever gave out, `0-0` when there is no stream. */
  readonly tail: StreamId;
  /** Operations appended since the journal began. */
  readonly total: number;
  /** Bytes appended since the journal began. */
  readonly totalBytes: number;
  /** Bytes in the stream that some receiver has not confirmed. */
  readonly heldBytes: number;
  /** Keys that did not fit into the stream. */
  readonly dirtyKeys: number;
  /** Classes whose keys did not fit among the dirty ones either. */
  readonly dirtyClasses: number;
  /** Whether it takes no more writes. */
  readonly isSealed: boolean;
  /** The bound of `heldBytes`; 0 while it is not known. */
  readonly maxBytes: number;
  /** The first entry after the cursor, and how many operations and bytes were appended before it. */
  readonly oldest?: { readonly id: StreamId; readonly before: number; readonly bytesBefore: number };
}

/** Looks at a journal, from what every receiver had confirmed where no cursor is known. @throws whatever the client throws, and ReplicationError `ERR_REPLICATION_REDIS`. */
export async function probeJournal(
  redis: RedisClient,
  keys: JournalKeys,
  cursor: StreamId | undefined,
): Promise<JournalProbe> {
  const reply = await PROBE_JOURNAL.run(redis, [keys.stream, keys.meta, keys.dirty, keys.classes], [cursor ?? '']);
  const [tail, total, id, before, heldBytes, dirtyKeys, maxBytes, dirtyClasses, sealed, totalBytes, bytesBefore] = (
    reply as unknown[]
  ).map(String);
  if (tail === undefined || !isStreamId(tail)) throw redisFailed(new Error(`the journal's last id is ${String(tail)}`));
  const state = {
    tail,
    total: Number(total),
    totalBytes: Number(totalBytes),
    heldBytes: Number(heldBytes),
    dirtyKeys: Number(dirtyKeys),
    dirtyClasses: Number(dirtyClasses),
    isSealed: sealed === '1',
    maxBytes: Number(maxBytes),
  };
  if (id === undefined || !isStreamId(id)) return state;
  return { ...state, oldest: { id, before: Number(before), bytesBefore: Number(bytesBefore) } };
}
