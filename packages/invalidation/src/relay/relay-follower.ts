import { createBackoff, sleep, systemClock } from '@lockstep/core';
import { randomBytes } from 'node:crypto';

import { createHorizon, type Horizon } from '../horizon.ts';
import { InvalidationError } from '../invalidation-error.ts';
import type { Follower, FollowOptions, ResetReason } from '../invalidation-log.ts';
import { createFollowerTally } from '../follower-tally.ts';
import { createLifetime } from '../lifetime.ts';
import { NO_LAG } from '../lag-watch.ts';
import { createLeaseWatch } from '../lease-watch.ts';
import { createListener } from '../listener.ts';
import { formatPosition, hasPassed, parsePosition, type ShardPosition, START } from '../position.ts';
import { createFollowerWaits } from './follower-waits.ts';
import type { RelayAddress } from './relay-connection.ts';
import { entryOf, type EntryMessage } from './relay-message.ts';
import { runRelayStream } from './relay-stream.ts';

/** What is on its way comes within this. */
const PUSH_MS = 25;

/** Follows what a relay passes on until it is closed. `onClosed` is called once when it has stopped. */
export function followRelay(
  address: RelayAddress,
  options: FollowOptions,
  onClosed: (follower: Follower) => void,
): Follower {
  const { from = 'now', heartbeatMs = 500, leaseMs, clock = systemClock, signal } = options;
  const { shards, namespace } = address;
  checkTimes(heartbeatMs, leaseMs);
  if (options.passage !== undefined) throw new TypeError('a relay cannot stand behind another relay');
  const beginning = (): ShardPosition[] => Array.from({ length: shards }, () => ({ epoch: '', sequence: 0 }));
  const tally = createFollowerTally(namespace);
  const listener = createListener(options, tally);
  const lifetime = createLifetime(signal);
  const waits = createFollowerWaits(clock);
  let cursor = from === 'now' ? undefined : parsePosition(from, shards);
  /** Whether the relay has said where it stands. */
  let isPlaced = false;
  let horizon: Horizon = createHorizon(1, clock);
  const lease = createLeaseWatch({ namespace, clock, leaseMs, horizonAgeMs: () => horizon.ageMs() });

  function place(at: readonly ShardPosition[]): void {
    cursor = [...at];
    isPlaced = true;
  }

  function reset(reason: ResetReason, at: readonly ShardPosition[]): void {
    place(at);
    listener.reset(reason);
  }

  function hear(message: EntryMessage): void {
    const { s: shard, m } = message;
    const entry = { epoch: m[0], sequence: m[1] };
    cursor ??= beginning();
    const last = cursor[shard]!;
    if (last.epoch === entry.epoch && entry.sequence <= last.sequence) return;
    const isNext = last.epoch === '' || (last.epoch === entry.epoch && entry.sequence === last.sequence + 1);
    cursor[shard] = entry;
    // A relay sends entries in their order and without gaps. If one does not, nothing that is held can be trusted.
    if (!isNext) listener.reset('lost');
    listener.invalidate(entryOf(message, formatPosition(cursor)));
  }

  const stream = runRelayStream(
    { ...address, clock },
    {
      id: randomBytes(8).toString('hex'),
      heartbeatMs,
      leaseMs,
      closing: lifetime.closing,
      from: () => (isPlaced ? formatPosition(cursor!) : from),
      passed: () => formatPosition(isPlaced ? cursor! : beginning()),
      onEvent(message) {
        if (lifetime.closing.aborted) return;
        if (message.t === 'entry') hear(message);
        else if (message.t === 'reset') reset(message.reason, parsePosition(message.at, shards));
        else place(parsePosition(message.at, shards));
        waits.check();
      },
      onHorizon(moment) {
        lease.look();
        horizon.move(0, moment);
        lease.look();
        lifetime.begin();
        waits.check();
      },
      // What the relay said of its horizon no longer holds; what comes from the next one does.
      onHorizonVoid() {
        lease.look();
        horizon = createHorizon(1, clock);
        lease.look();
      },
      onError: (error) => listener.error(error),
    },
  );

  async function run(): Promise<void> {
    const backoff = createBackoff({ minMs: 10, maxMs: 500, random: address.random });
    while (!lifetime.closing.aborted) {
      try {
        await stream.connect(() => {
          backoff.reset();
          waits.check();
        });
      } catch (error) {
        if (lifetime.closing.aborted) break;
        tally.readFailed();
        lease.look();
        listener.error(error as Error);
        // Only closing ends the pause early, and the loop sees that itself.
        await sleep(backoff.next(), { signal: lifetime.closing, clock }).catch(() => undefined);
      }
    }
  }

  lifetime.closing.addEventListener(
    'abort',
    () => {
      lease.end();
      horizon.drop();
      waits.fail(new InvalidationError('ERR_INVALIDATION_CLOSED', 'the follower was closed'));
      stream.close();
    },
    { once: true },
  );
  if (lifetime.closing.aborted) horizon.drop();

  const isKnown = (): boolean => cursor !== undefined && horizon.at() > -Infinity;
  const stopped = run();
  const follower: Follower = {
    get cursor() {
      if (isPlaced) return formatPosition(cursor!);
      return from === 'now' ? START : from;
    },
    epoch: (shard) => cursor?.[shard]?.epoch ?? '',
    sequence: (shard) => cursor?.[shard]?.sequence ?? 0,
    horizonAgeMs: () => horizon.ageMs(),
    horizonAt: () => horizon.at(),
    // How far the relay itself is behind, only its own follower knows.
    stats: () => tally.stats(lease.loss(), NO_LAG),
    ready: lifetime.ready,
    async caughtUpTo(position, { signal: waitSignal, timeoutMs = 2000 } = {}) {
      const target = parsePosition(position, shards);
      assertOpen();
      const asked = clock.monotonic();
      const hasGotThere = (): boolean => isKnown() && target.every((part, shard) => hasPassed(cursor![shard]!, part));
      // A position that is not passed when all was heard that was there when it was asked for is moot.
      const isMoot = (): boolean => horizon.at() >= asked;
      const isPushed = target.every(({ epoch }, shard) => epoch === '' || epoch === cursor?.[shard]?.epoch);
      // What is on its way needs no question. A ping that fails is one that a heartbeat makes up for.
      const ask = (): void => void stream.ping({ sync: true }).catch(() => undefined);
      const timer = clock.setTimer(ask, isPushed ? PUSH_MS : 0);
      try {
        await waits.until(() => hasGotThere() || isMoot(), { timeoutMs, signal: waitSignal });
      } finally {
        timer.cancel();
      }
    },
    async sync({ signal: waitSignal } = {}) {
      assertOpen();
      const asked = clock.monotonic();
      const { timeoutMs } = address;
      await waits.until(() => stream.isConnected, { timeoutMs, signal: waitSignal });
      const failed = new Promise<never>((_resolve, reject) => {
        stream.ping({ sync: true }).catch(reject);
      });
      await Promise.race([waits.until(() => horizon.at() >= asked, { timeoutMs, signal: waitSignal }), failed]);
    },
    async close() {
      lifetime.end();
      await stopped;
    },
    [Symbol.asyncDispose]: () => follower.close(),
  };
  void stopped.then(() => onClosed(follower));
  return follower;

  function assertOpen(): void {
    if (lifetime.closing.aborted) throw new InvalidationError('ERR_INVALIDATION_CLOSED', 'the follower was closed');
  }
}

function checkTimes(heartbeatMs: number, leaseMs: number | undefined): void {
  if (!(heartbeatMs >= 10)) throw new RangeError(`heartbeatMs must be at least 10, got ${heartbeatMs}`);
  if (leaseMs !== undefined && !(leaseMs > 0)) throw new RangeError(`leaseMs must be positive, got ${leaseMs}`);
}
