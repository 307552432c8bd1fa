import type { Clock, RedisClient } from '@lockstep/core';

/** Where the log lies and how long it is. Those with the same namespace must agree on all but `client` and `timeoutMs`. */
export interface RedisLogOptions {
  /**
   * You own it: the log never closes it, and makes the connections of its followers by `duplicate()`, and one to publish
   * over when it hangs.
   */
  readonly client: RedisClient;
  /** Names the log: its keys begin with `{lockstep:<namespace>}`. */
  readonly namespace: string;
  /** Into how many hash slots it is spread. Changing it loses the log once. @default 1 */
  readonly shards?: number;
  /** About how many entries to keep per shard. A follower that was away for longer is reset. @default 100_000 */
  readonly maxEntries?: number;
  /** For how long to keep entries, while there is a follower, in milliseconds. @default 86_400_000 (a day) */
  readonly maxAgeMs?: number;
  /** For how long a tag's last invalidation is remembered for the shared tier. @default 604_800_000 (7 days) */
  readonly tagTtlMs?: number;
  /** How long a publish, or one read of a follower, may take in milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  /**
   * The longest `leaseMs` of any follower anywhere. For so long after the log began or was lost, a publish
   * `everywhere` waits for followers that it may have forgotten. @default 2000
   */
  readonly maxLeaseMs?: number;
  /**
   * What it means that another Redis process serves the log, which may be a copy that lacks entries: `flush`, everybody
   * forgets everything; `trust`, they go on, and entries that the copy lacks are never heard. @default 'flush'
   */
  readonly onFailover?: 'flush' | 'trust';
  /** Push by SPUBLISH: in a Cluster it goes to the shard's nodes only. @default false */
  readonly shardedPush?: boolean;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /**
   * When to send what is published from now on. `isIdle`: nothing that was sent waits for its answer.
   *
   * @default behind the code that runs now when idle, else by setImmediate: what comes meanwhile is packed
   */
  readonly schedule?: (send: () => void, isIdle: boolean) => void;
}

/** The options with their defaults. */
export type CheckedRedisLogOptions = Required<RedisLogOptions>;

/**
 * Fills in the defaults.
 *
 * @throws RangeError for an option that makes no sense.
 */
export function checkedRedisLogOptions(options: RedisLogOptions, defaults: { clock: Clock }): CheckedRedisLogOptions {
  const checked: CheckedRedisLogOptions = {
    shards: 1,
    maxEntries: 100_000,
    maxAgeMs: 86_400_000,
    tagTtlMs: 604_800_000,
    timeoutMs: 2000,
    maxLeaseMs: 2000,
    onFailover: 'flush',
    shardedPush: false,
    clock: defaults.clock,
    random: Math.random,
    schedule: (send, isIdle) => void (isIdle ? process.nextTick(send) : setImmediate(send)),
    ...definedOf(options),
  };
  if (checked.namespace === '') throw new RangeError('namespace must not be empty');
  if (/[{}]/.test(checked.namespace)) throw new RangeError('namespace must not contain braces');
  // So are the shards of another log named.
  if (/:\d+$/.test(checked.namespace)) {
    throw new RangeError(`namespace must not end in a colon and digits, got "${checked.namespace}"`);
  }
  for (const name of ['shards', 'maxEntries', 'maxAgeMs', 'tagTtlMs'] as const) {
    const value = checked[name];
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(`${name} must be a positive integer, got ${value}`);
  }
  if (checked.shards > 1024) throw new RangeError(`shards must be at most 1024, got ${checked.shards}`);
  for (const name of ['timeoutMs', 'maxLeaseMs'] as const) {
    if (!(checked[name] > 0)) throw new RangeError(`${name} must be positive, got ${checked[name]}`);
  }
  if (checked.onFailover !== 'flush' && checked.onFailover !== 'trust') {
    throw new RangeError(`onFailover must be 'flush' or 'trust', got ${JSON.stringify(checked.onFailover)}`);
  }
  return checked;
}

/** An option that is there and undefined stands for its default. */
function definedOf(options: RedisLogOptions): RedisLogOptions {
  const defined = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as unknown as RedisLogOptions;
}
