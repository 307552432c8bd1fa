import { type Clock, systemClock, type Timer } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';
import type { Follower, InvalidationLog } from '../invalidation-log.ts';
import { createReporter } from '../listener.ts';
import type { ShardPosition } from '../position.ts';
import { createLimit } from './limit.ts';
import { placeOf } from './place-of.ts';
import { createRelayLeases } from './relay-leases.ts';
import { createRelayRing } from './relay-ring.ts';
import { type RelaySession, serveSession, type SessionSource } from './relay-session.ts';
import { checkedSocketPath, listenOnSocket, type RelaySocket, type RelaySocketOptions } from './relay-socket.ts';
import type { RelayWire } from './relay-wire.ts';

/** How many followers may read from the log itself at the same time. */
const CATCH_UPS = 4;
const ROUNDING_MS = 10;

/** What a relay passes on, and where. */
export interface RelayOptions {
  /** The log. You own it: the relay closes only the followers that it starts. */
  readonly log: InvalidationLog;
  /** The unix socket, at most 90 bytes. One relay per path; what a dead one left behind is replaced. */
  readonly path: string;
  /** The permissions of the socket. Whoever may write to it may publish. @default 0o600 */
  readonly mode?: number;
  /**
   * The longest lease of a follower behind it, in milliseconds; at most the `maxLeaseMs` of the log. When the relay dies,
   * `everywhere` waits for so long. @default 2000
   */
  readonly leaseMs?: number;
  /** How often it makes sure that it has heard everything, in milliseconds. @default 250 */
  readonly heartbeatMs?: number;
  /** How many entries are kept for followers that come back; from further back they are read from the log. @default 10_000 */
  readonly maxEntries?: number;
  /** How many bytes of them. @default 16 MiB */
  readonly maxBytes?: number;
  /** More connections than this are closed at once. @default 1000 */
  readonly maxClients?: number;
  /** A follower that says nothing for so long is cut off, in milliseconds; it may come back. @default 10_000 */
  readonly clientTimeoutMs?: number;
  /** A failed read of the log, or a client that does not keep to the protocol. @default process.emitWarning */
  readonly onError?: ((error: Error) => void) | undefined;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Listens on a path, for tests. @default on a unix socket */
  readonly listen?: (path: string, options: RelaySocketOptions) => Promise<RelaySocket>;
}

/** One follower of a log that feeds those of all processes of a host. */
export interface Relay extends AsyncDisposable {
  readonly path: string;
  /** How many connections it has. */
  readonly clients: number;
  /** How old its knowledge is, in milliseconds; Infinity before `listen()` and when it is closed. */
  horizonAgeMs(): number;
  /**
   * Starts to follow the log and to listen. Clients that come before it has found its place in the log wait for it.
   *
   * @throws InvalidationError ERR_INVALIDATION_UNAVAILABLE when another relay listens on the path or it cannot be
   *   listened on, ERR_INVALIDATION_CLOSED; RangeError for a `leaseMs` or `heartbeatMs` that the log does not take. Then
   *   nothing listens.
   */
  listen(): Promise<void>;
  /**
   * Tells all clients that it ends, waits until none of them may serve by what it heard here (`leaseMs` at most), and
   * closes all that it opened. The log stays open. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * A relay that neither follows nor listens yet.
 *
 * @throws RangeError for a bad path, or for a count or time that is not positive.
 */
export function createRelay(options: RelayOptions): Relay {
  const {
    log,
    mode = 0o600,
    leaseMs = 2000,
    heartbeatMs = 250,
    clock = systemClock,
    listen = listenOnSocket,
  } = options;
  const { maxEntries = 10_000, maxBytes = 16 * 1024 * 1024, maxClients = 1000, clientTimeoutMs = 10_000 } = options;
  const path = checkedSocketPath(options.path);
  for (const [name, value] of Object.entries({
    leaseMs,
    heartbeatMs,
    maxEntries,
    maxBytes,
    maxClients,
    clientTimeoutMs,
  }))
    if (!(value > 0)) throw new RangeError(`${name} must be positive, got ${value}`);

  const ring = createRelayRing({ maxEntries, maxBytes });
  const leases = createRelayLeases(clock, () => tell(() => ring.ask()));
  const sessions = new Set<RelaySession>();
  let heard: ShardPosition[] = [];
  const limit = createLimit(CATCH_UPS);
  let follower: Follower | undefined;
  let socket: RelaySocket | undefined;
  let sweep: Timer | undefined;
  let listening: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  function tell(add: () => void): void {
    add();
    for (const session of sessions) session.pump();
  }

  function lookUp(): void {
    if (follower !== undefined) heard = placeOf(follower, log.shards);
  }

  const report = createReporter(options.onError);

  function follow(): Follower {
    return log.follow({
      onInvalidate(_keys, _position, entry) {
        heard[entry.shard] = { epoch: entry.epoch, sequence: entry.sequence };
        tell(() => ring.add(entry));
      },
      onReset(reason) {
        lookUp();
        tell(() => ring.reset(reason, heard));
      },
      onError: report,
      heartbeatMs,
      leaseMs,
      clock,
      passage: leases,
    });
  }

  function accept(client: RelayWire): void {
    if (sessions.size >= maxClients || closed !== undefined) {
      client.destroy();
      return;
    }
    const session = serveSession(source, client, () => sessions.delete(session));
    sessions.add(session);
  }

  function sweepSilent(): void {
    const silentSince = clock.monotonic() - clientTimeoutMs;
    for (const session of sessions) if (session.isFollower && session.heardAt < silentSince) session.destroy();
    sweep = clock.setTimer(sweepSilent, clientTimeoutMs / 4);
  }

  /** Where the machine was suspended since, the age says more than the moment. Below that, clocks only differ in rounding. */
  function horizonAt(): number {
    if (follower === undefined) return -Infinity;
    const now = clock.monotonic();
    const suspendedMs = follower.horizonAgeMs() - (now - follower.horizonAt());
    return suspendedMs > ROUNDING_MS ? now - follower.horizonAgeMs() : follower.horizonAt();
  }

  let becomeReady!: () => void;
  const source: SessionSource = {
    log,
    ring,
    leases,
    clock,
    leaseMs,
    ready: new Promise((resolve) => {
      becomeReady = resolve;
    }),
    heard: () => heard,
    horizonAt,
    isClosing: () => closed !== undefined,
    sync: async (signal) => follower?.sync({ signal }),
    limited: limit,
    clientTimeoutMs,
    onError: report,
  };

  /** Called when it knows where the log stands. A follower is never ready only when the relay is closed before. */
  function found(): void {
    lookUp();
    becomeReady();
  }

  async function start(): Promise<void> {
    if (closed !== undefined) throw new InvalidationError('ERR_INVALIDATION_CLOSED', 'the relay was closed');
    const opened = await listen(path, { mode, onConnection: accept });
    try {
      follower = follow();
    } catch (error) {
      // What the log does not take, such as a lease that is too long for it: nobody must come to a relay that hears nothing.
      for (const session of sessions) session.destroy();
      await opened.close();
      throw error;
    }
    socket = opened;
    void follower.ready.then(found, () => undefined);
    sweepSilent();
  }

  async function end(): Promise<void> {
    // Whoever listens must have done so before it can be undone.
    await listening?.catch(() => undefined);
    sweep?.cancel();
    await socket?.close();
    for (const session of sessions) session.announceEnd();
    await leases.drained();
    await Promise.all(Array.from(sessions, (session) => session.settled()));
    for (const session of sessions) session.destroy();
    await follower?.close();
  }

  const relay: Relay = {
    path,
    get clients() {
      return sessions.size;
    },
    horizonAgeMs: () => follower?.horizonAgeMs() ?? Infinity,
    listen() {
      listening ??= start();
      return listening;
    },
    close() {
      closed ??= end();
      return closed;
    },
    [Symbol.asyncDispose]: () => relay.close(),
  };
  return relay;
}
