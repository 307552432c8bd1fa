import type { RedisClient } from '@lockstep/core';

import type { JournalKeys } from './journal-keys.ts';
import { PROBE_JOURNAL } from './lua/probe-journal.ts';
import { redisFailed } from './owned-connection.ts';
import { isStreamId, type StreamId } from './stream-id.ts';

/** What a journal looks like from a cursor. */
export interface JournalProbe {
  /** The newest id that the stream ever gave out, `0-0` when there is no stream. */
  readonly tail: StreamId;
  /** Operations appended since the journal began. */
  readonly total: number;
  /** Bytes in the stream that some receiver has not confirmed. */
  readonly heldBytes: number;
  /** Keys that did not fit into the stream. */
  readonly dirtyKeys: number;
  /** The bound of `heldBytes` when it was last met; 0 when it never was. */
  readonly maxBytes: number;
  /** The first entry after the cursor. */
  readonly oldest?: { readonly id: StreamId; readonly before: number };
}

/** Looks at a journal. @throws whatever the client throws, and ReplicationError `ERR_REPLICATION_REDIS`. */
export async function probeJournal(redis: RedisClient, keys: JournalKeys, cursor: StreamId): Promise<JournalProbe> {
  const reply = await PROBE_JOURNAL.run(redis, [keys.stream, keys.meta, keys.dirty], [cursor]);
  const [tail, total, id, before, heldBytes, dirtyKeys, maxBytes] = (reply as unknown[]).map(String);
  if (tail === undefined || !isStreamId(tail)) throw redisFailed(new Error(`the journal's last id is ${String(tail)}`));
  const state = {
    tail,
    total: Number(total),
    heldBytes: Number(heldBytes),
    dirtyKeys: Number(dirtyKeys),
    maxBytes: Number(maxBytes),
  };
  return id === undefined || !isStreamId(id) ? state : { ...state, oldest: { id, before: Number(before) } };
}
