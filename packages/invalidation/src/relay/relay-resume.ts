import type { InvalidationLog } from '../invalidation-log.ts';
import { formatPosition, parsePosition, type ShardPosition } from '../position.ts';
import { encodeFrame } from './frame.ts';
import { placeOf } from './place-of.ts';
import type { Fed, FeedSource, RelayFeed } from './relay-feed.ts';
import { entryMessage, type FromRelay } from './relay-message.ts';

/** What may wait in the socket of a client that catches up; the log does not wait for it. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** What a follower needs to find its place. */
export interface ResumeSource extends FeedSource {
  readonly log: InvalidationLog;
  /** Asks the log, so that what it has heard is not older than this call. */
  sync(signal: AbortSignal): Promise<void>;
  /** Runs few of these at a time: each takes a connection to the log. */
  limited<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Lets a feed begin where its follower stands. What the ring does not reach back to is read from the log itself, resets
 * included.
 *
 * @throws RangeError for a bad position, InvalidationError when the log does not answer, and the signal's reason.
 */
export async function resumeFeed(
  source: ResumeSource,
  { fed, feed, from, signal }: { fed: Fed; feed: RelayFeed; from: string; signal: AbortSignal },
): Promise<void> {
  const { ring, log } = source;
  if (from === 'now') {
    // What was published before the call is not heard, though the relay may not have heard of it yet.
    await source.sync(signal);
    signal.throwIfAborted();
    feed.join(source.heard());
    return;
  }
  const at = parsePosition(from, log.shards);
  if (joinAt(at)) return;
  // The relay itself may be behind, or not yet know of a new epoch.
  await source.sync(signal);
  signal.throwIfAborted();
  if (joinAt(at)) return;
  // The log itself also knows what to say to one that comes from another epoch.
  const caughtUp = await source.limited(() => readFromLog(source, fed, { from, signal }));
  if (joinAt(caughtUp)) return;
  await source.sync(signal);
  signal.throwIfAborted();
  if (!joinAt(caughtUp)) feed.joinByReset('lost');

  function joinAt(position: readonly ShardPosition[]): boolean {
    const canJoin = position.every((part, shard) => {
      const { epoch, sequence } = source.heard()[shard]!;
      const isBetween = part.epoch === epoch && part.sequence <= sequence;
      return isBetween && ring.reachesBackTo(shard, part.sequence, sequence);
    });
    if (canJoin) feed.join(position);
    return canJoin;
  }
}

/** Sends what the log has after `from`, and says how far that is. */
async function readFromLog(
  { log, clock }: ResumeSource,
  { socket }: Fed,
  { from, signal }: { from: string; signal: AbortSignal },
): Promise<ShardPosition[]> {
  const late = new AbortController();
  const send = (message: FromRelay): void => {
    socket.write(encodeFrame(message));
    if (socket.writableLength > MAX_WAITING_BYTES) late.abort(new Error('the client reads too slowly to catch up'));
  };
  const follower = log.follow({
    from,
    onInvalidate: (_keys, _position, entry) => send(entryMessage(entry)),
    onReset: (reason) => send({ t: 'reset', reason, at: formatPosition(placeOf(follower, log.shards)) }),
    // It is tried again until the client is gone, and the relay's own follower reports the same.
    onError: () => undefined,
    clock,
    signal: AbortSignal.any([signal, late.signal]),
  });
  try {
    await follower.ready;
    return placeOf(follower, log.shards);
  } finally {
    await follower.close();
  }
}
