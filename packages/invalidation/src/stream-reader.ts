import { type Clock, describeError, withDeadline } from '@lockstep/core';

import { InvalidationError } from './invalidation-error.ts';
import type { LogSnapshot } from './continuity.ts';
import { snapshotScript } from './lua/snapshot.ts';
import type { OwnedConnection } from './owned-connection.ts';
import { type LogEntry, parseRead, parseSnapshot } from './stream-reply.ts';

/** The most entries that one read returns: with a thousand keys in each it still arrives well within its deadline. */
const READ_LIMIT = 100;

/** Where to read and how long to wait for it. */
export interface StreamReaderOptions {
  readonly connection: OwnedConnection;
  readonly stream: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** The two reads of a follower. Each has a deadline, so that a half-open connection is noticed. */
export interface StreamReader {
  /** What follows the cursor (`$`: nothing), and what the log says about itself. */
  snapshot(cursor: string): Promise<LogSnapshot>;
  /** Waits up to `blockMs` for entries after the cursor. */
  read(cursor: string, blockMs: number): Promise<LogEntry[]>;
}

/** Reads a stream over a connection that another may replace between two reads. */
export function createStreamReader(options: StreamReaderOptions): StreamReader {
  const { connection, stream, timeoutMs, signal, clock } = options;

  async function bounded<T>(ms: number, reply: Promise<T>): Promise<T> {
    const onTimeout = (): Error =>
      new InvalidationError('ERR_INVALIDATION_TIMEOUT', `the invalidation log did not answer within ${ms} ms`, {
        cause: connection.lastError,
      });
    try {
      return await withDeadline(reply, { ms, signal, onTimeout, clock });
    } catch (cause) {
      if (signal.aborted || cause instanceof InvalidationError) throw cause;
      const message = `the invalidation log could not be read: ${describeError(cause)}`;
      throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', message, { cause });
    }
  }

  return {
    async snapshot(cursor) {
      const reply = snapshotScript.run(connection.get(), [stream], [cursor, READ_LIMIT]);
      return parseSnapshot(await bounded(timeoutMs, reply), READ_LIMIT);
    },
    async read(cursor, blockMs) {
      const reply = connection.get().call('XREAD', 'COUNT', READ_LIMIT, 'BLOCK', blockMs, 'STREAMS', stream, cursor);
      return parseRead(await bounded(blockMs + timeoutMs, reply));
    },
  };
}
