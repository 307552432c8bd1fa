import { InvalidationError } from '../../src/invalidation-error.ts';
import type {
  Follower,
  FollowOptions,
  Invalidation,
  InvalidationLog,
  ResetReason,
} from '../../src/invalidation-log.ts';
import { sortKeys } from '../../src/invalidation-key.ts';
import { formatPosition, parsePosition, type ShardPosition } from '../../src/position.ts';

/** A log in memory whose horizon, epochs and entries the test moves. Positions behind what it holds are `trimmed`. */
export interface ScriptedLog extends InvalidationLog {
  /** What `horizonAgeMs` of every follower says. @default 0 */
  horizonAgeMs: number;
  /** Makes `sync` reject, or the followers wait for their place. */
  isAway: boolean;
  /** What its followers acknowledge of shard 0 now; undefined for none of them. */
  acknowledged(): (number | undefined)[];
  /** Starts a new epoch, and resets the followers with this reason. */
  reset(reason: ResetReason): void;
  /** Forgets the entries, so that nobody can go back. */
  trim(): void;
  readonly followers: number;
  readonly syncs: number;
}

interface ScriptedFollower {
  readonly options: FollowOptions;
  acks: number;
}

/** A log of one shard under the epoch `e1`. */
export function createScriptedLog(namespace = 'scripted'): ScriptedLog {
  const followers = new Set<ScriptedFollower>();
  let entries: Invalidation[] = [];
  let place: ShardPosition = { epoch: 'e1', sequence: 0 };
  let trimmed = 0;
  let syncs = 0;

  async function append(entry: Partial<Invalidation>, everywhere: boolean | undefined): Promise<string> {
    if (log.isAway) throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', 'away');
    place = { epoch: place.epoch, sequence: place.sequence + 1 };
    const position = formatPosition([place]);
    const whole: Invalidation = {
      keys: [],
      binaryKeys: [],
      tags: [],
      origin: undefined,
      traceId: undefined,
      ...entry,
      ...place,
      shard: 0,
      position,
    };
    entries.push(whole);
    for (const { options } of followers) options.onInvalidate([...whole.keys], position, whole);
    if (everywhere === true) await Promise.all(Array.from(followers, (follower) => acknowledgement(follower)));
    return position;
  }

  /** Resolves when the follower has acknowledged all that there is now. */
  function acknowledgement(follower: ScriptedFollower): Promise<void> {
    const { passage } = follower.options;
    const { epoch, sequence } = place;
    if (passage === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      passage.request(0, epoch, sequence, () => {
        follower.acks++;
        if (passage.sequence(0, epoch, sequence) === sequence) resolve();
      });
    });
  }

  function replay(options: FollowOptions): void {
    const { from = 'now', onInvalidate, onReset } = options;
    if (from === 'now') return;
    const [at] = parsePosition(from, 1);
    if (at!.epoch !== '' && (at!.epoch !== place.epoch || at!.sequence > place.sequence)) onReset('lost');
    else if (at!.sequence < trimmed) onReset('trimmed');
    else
      for (const entry of entries)
        if (entry.sequence > at!.sequence) onInvalidate([...entry.keys], entry.position, entry);
  }

  const log: ScriptedLog = {
    namespace,
    shards: 1,
    horizonAgeMs: 0,
    isAway: false,
    shardOf: () => 0,
    get followers() {
      return followers.size;
    },
    get syncs() {
      return syncs;
    },
    acknowledged: () =>
      Array.from(followers, ({ options }) => options.passage?.sequence(0, place.epoch, place.sequence)),
    reset(reason) {
      place = { epoch: `${place.epoch}1`, sequence: 0 };
      entries = [];
      trimmed = 0;
      for (const { options } of followers) options.onReset(reason);
    },
    trim() {
      entries = [];
      trimmed = place.sequence;
    },
    publish(keys, { tags = [], origin, traceId, everywhere } = {}) {
      const { texts, binaries } = sortKeys(keys);
      return append({ keys: texts, binaryKeys: binaries, tags, origin, traceId }, everywhere);
    },
    async clear() {
      log.reset('cleared');
      return formatPosition([place]);
    },
    follow(options) {
      const follower: ScriptedFollower = { options, acks: 0 };
      followers.add(follower);
      const ready = Promise.resolve().then(() => replay(options));
      const isOpen = (): boolean => followers.has(follower);
      const close = async (): Promise<void> => void followers.delete(follower);
      options.signal?.addEventListener('abort', () => void close());
      const face: Follower = {
        get cursor() {
          return formatPosition([place]);
        },
        epoch: () => place.epoch,
        sequence: () => place.sequence,
        horizonAgeMs: () => (isOpen() ? log.horizonAgeMs : Infinity),
        horizonAt: () => performance.now() - log.horizonAgeMs,
        stats: () => {
          throw new Error('nobody asks');
        },
        ready,
        caughtUpTo: () => ready,
        async sync() {
          syncs++;
          if (log.isAway) throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', 'away');
        },
        close,
        [Symbol.asyncDispose]: close,
      };
      return face;
    },
    close: async () => followers.clear(),
    [Symbol.asyncDispose]: () => log.close(),
  };
  return log;
}
