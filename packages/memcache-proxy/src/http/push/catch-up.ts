import type { Bell } from './bell.ts';
import { type ChangeFeed, toldKeysOf } from './change-feed.ts';
import type { ChangeLog, ChangeLogFollower, ChangeLogGap } from './change-log.ts';
import type { ChangeReaders } from './change-readers.ts';
import type { Change } from './change-ring.ts';
import type { StreamResponse } from './stream-response.ts';

/** How one client reads the log until the feed's ring goes on from there. */
export interface CatchUpOptions {
  readonly feed: ChangeFeed;
  readonly log: ChangeLog;
  readonly readers: ChangeReaders;
  readonly stream: StreamResponse;
  readonly bell: Bell;
  readonly from: string;
  readonly signal: AbortSignal;
  readonly onChange: (change: Change) => void;
  readonly onError: (error: Error) => void;
}

/**
 * Reads what comes after `from` from the log itself, as fast as the client takes it. Resolves with the gap
 * when there is one, and otherwise when the ring goes on from the last change, or the signal aborts.
 */
export async function catchUp(options: CatchUpOptions): Promise<ChangeLogGap | undefined> {
  const { feed, log, readers, stream, bell, signal, onChange, onError } = options;
  let cursor = options.from;
  let gap: ChangeLogGap | undefined;
  const isDone = (): boolean => gap !== undefined || signal.aborted || feed.placeOf(cursor) !== 'behind';
  while (!isDone()) {
    const leave = await readers.enter(signal).catch(() => undefined);
    if (leave === undefined) return undefined;
    const paused = new AbortController();
    const pause = (): void => {
      paused.abort();
      bell.ring();
    };
    const follower: ChangeLogFollower = log.follow({
      from: cursor,
      onInvalidate: (keys, id, entry) => {
        // A follower hands over all that it has read; what is not taken here is read again.
        if (paused.signal.aborted) return;
        onChange({ id, keys: toldKeysOf(keys, entry), tags: entry.tags, encoded: {} });
        cursor = id;
        if (stream.isFull || isDone()) pause();
      },
      onReset: (reason) => {
        if (paused.signal.aborted) return;
        gap = reason;
        pause();
      },
      onError,
    });
    try {
      while (!paused.signal.aborted && !isDone()) await bell.wait();
    } finally {
      paused.abort();
      leave();
      await follower.close();
    }
    // Waiting for the client costs no reader.
    while (stream.isFull && !isDone()) await bell.wait();
  }
  return gap;
}
