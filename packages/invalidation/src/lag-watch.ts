import type { Clock } from '@lockstep/core';

import type { ShardPosition } from './position.ts';

/** How far behind what it knows of. */
export interface Lag {
  readonly entries: number;
  /** For how long, in milliseconds. */
  readonly ms: number;
}

/** Watches how far a follower is behind what it knows a shard of the log to have. */
export interface LagWatch {
  /** The log has an entry at this place. */
  seen(end: ShardPosition): void;
  /** Everything up to here was heard. */
  heard(cursor: ShardPosition): void;
  lag(): Lag;
}

/** Not behind. */
export const NO_LAG: Lag = { entries: 0, ms: 0 };

/** Knows of nothing yet. Costs no clock while a follower keeps up. */
export function createLagWatch(clock: Clock): LagWatch {
  let cursor: ShardPosition = { epoch: '', sequence: 0 };
  let end = cursor;
  let since: number | undefined;
  // Of another epoch nothing is known but that there is something to hear.
  const entries = (): number =>
    end.epoch === cursor.epoch ? Math.max(0, end.sequence - cursor.sequence) : Number(end.epoch !== '');
  const look = (): void => {
    if (entries() === 0) since = undefined;
    else since ??= clock.monotonic();
  };
  return {
    seen(place) {
      if (place.epoch === end.epoch && place.sequence <= end.sequence) return;
      end = place;
      look();
    },
    heard(place) {
      cursor = place;
      // What was known of an epoch that has ended is of no interest.
      if (end.epoch !== place.epoch || end.sequence < place.sequence) end = place;
      if (since !== undefined) look();
    },
    lag: () => (since === undefined ? NO_LAG : { entries: entries(), ms: clock.monotonic() - since }),
  };
}

/** Of several shards: all that is unheard, and the longest time. */
export function totalLag(watches: readonly LagWatch[]): Lag {
  const lags = watches.map((watch) => watch.lag());
  return {
    entries: lags.reduce((sum, lag) => sum + lag.entries, 0),
    ms: Math.max(0, ...lags.map(({ ms }) => ms)),
  };
}
