import { channel } from 'node:diagnostics_channel';

/** A message on the channel `lockstep:memcache-proxy:spool`. None has a key. */
export type SpoolEvent =
  | { readonly type: 'spooled'; readonly to: 'redis' | 'disk'; readonly count: number }
  /** From the disk into Redis. */
  | { readonly type: 'moved'; readonly count: number }
  /** Deletes that their node confirmed, and the entries that they made up for. */
  | { readonly type: 'replayed'; readonly pool: string; readonly deletes: number; readonly entries: number }
  /** A node did not confirm deletes; its entries stay and are tried again after `retryInMs`. */
  | {
      readonly type: 'waiting';
      readonly pool: string;
      readonly node: string;
      readonly error: unknown;
      readonly retryInMs: number;
    }
  /**
   * Redis, the disk or the lease failed. No delete is lost by it, unless an `add` rejected; a value whose proof could
   * not be kept (`keep`) goes with the replay.
   */
  | {
      readonly type: 'failed';
      readonly operation: 'add' | 'keep' | 'move' | 'adopt' | 'replay';
      readonly error: unknown;
    }
  /** Entries that cannot be read: of a damaged segment, which is kept under `damaged`, or of another version. */
  | { readonly type: 'unreadable'; readonly where: string; readonly count: number }
  /** Entries whose key the pool never takes, as its keys are text now: they are gone. */
  | { readonly type: 'dropped'; readonly pool: string; readonly count: number; readonly error: unknown }
  /** The end of a segment that a crash cut short, before anybody was told that it is safe. */
  | { readonly type: 'torn'; readonly where: string; readonly bytes: number };

/** The name of the diagnostics channel that tells what the spool does. */
export const SPOOL_CHANNEL: string = 'lockstep:memcache-proxy:spool';

const events = channel(SPOOL_CHANNEL);

/** Publishes an event; free when nobody listens. */
export function publishSpoolEvent(event: SpoolEvent): void {
  if (events.hasSubscribers) events.publish(event);
}
