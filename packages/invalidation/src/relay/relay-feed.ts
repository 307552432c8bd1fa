import type { Clock } from '@lockstep/core';

import type { ResetReason } from '../invalidation-log.ts';
import { formatPosition, hasPassed, type ShardPosition } from '../position.ts';
import { encodeFrame } from './frame.ts';
import type { RelayLeases } from './relay-leases.ts';
import type { FromRelay } from './relay-message.ts';
import type { RelayEvent, RelayRing } from './relay-ring.ts';
import type { RelayWire } from './relay-wire.ts';

/** What may wait in the socket of one client. What does not fit waits in the ring, or is given up by it. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** One that asks more often than it reads the answers is broken. */
const MAX_PINGS = 1000;

/** What the feeds of one relay share. */
export interface FeedSource {
  readonly ring: RelayRing;
  readonly leases: RelayLeases;
  readonly clock: Clock;
  /** How far the relay has heard, which is as far as the ring goes. */
  heard(): readonly ShardPosition[];
  /** Up to when it has heard everything, on its clock; -Infinity while it does not know. */
  horizonAt(): number;
  /** Whether the relay is about to end: nobody is told a horizon any more. */
  isClosing(): boolean;
}

/** Who is fed. */
export interface Fed {
  readonly socket: RelayWire;
  readonly id: string;
  readonly leaseMs: number | undefined;
}

/** The stream of events to one follower, at the pace at which it reads. */
export interface RelayFeed {
  /** Begins after this position, which the ring reaches back to. */
  join(at: readonly ShardPosition[]): void;
  /** Lets the follower forget everything, and begins at the end of the ring. */
  joinByReset(reason: ResetReason): void;
  /** Answers a ping once everything before it was sent. */
  pong(ping: Ping): void;
  /** Sends what there is. */
  pump(): void;
}

/** A question of a follower. */
export interface Ping {
  readonly n: number;
  /** What it has passed. */
  readonly at: readonly ShardPosition[];
  /** When it arrived, on the relay's clock. */
  readonly receivedAt: number;
  /** Whether the log was asked after that. */
  readonly isSync: boolean;
}

/** A feed that sends nothing before it has joined the ring. */
export function createRelayFeed(source: FeedSource, { socket, id, leaseMs }: Fed): RelayFeed {
  const { ring, leases } = source;
  let next: number | undefined;
  /** Entries up to here were sent, or passed before. */
  let sent: ShardPosition[] = [];
  let pings: Ping[] = [];
  let isScheduled = false;

  const send = (message: FromRelay): void => void socket.write(encodeFrame(message));

  const isFull = (): boolean => socket.writableLength >= MAX_WAITING_BYTES;

  function joinByReset(reason: ResetReason): void {
    next = ring.end;
    sent = [...source.heard()];
    send({ t: 'reset', reason, at: formatPosition(sent) });
  }

  function isNews(entry: NonNullable<RelayEvent['entry']>): boolean {
    if (hasPassed(sent[entry.shard]!, entry)) return false;
    sent[entry.shard] = entry;
    return true;
  }

  function step(index: number): void {
    const event = ring.at(index)!;
    next = index + 1;
    if (event.isForLeases && leaseMs === undefined) return;
    if (event.entry === undefined || isNews(event.entry)) socket.write(event.frame);
  }

  function answer(): void {
    for (const { n, at, receivedAt } of pings.splice(0)) {
      const horizonAt = source.horizonAt();
      const isKnown = Number.isFinite(horizonAt);
      // Granted before it is told: it must be waited for from the moment at which it could serve.
      if (leaseMs !== undefined && isKnown) leases.grant(id, { horizonAt, leaseMs, at });
      send({ t: 'pong', n, lagMs: isKnown ? receivedAt - horizonAt : null });
    }
  }

  function pump(): void {
    isScheduled = false;
    if (next === undefined || socket.destroyed || source.isClosing() || isFull()) return;
    socket.cork();
    // It read too slowly for what the ring keeps.
    if (next < ring.first) joinByReset('trimmed');
    while (next < ring.end && !isFull()) step(next);
    if (next === ring.end) answer();
    socket.uncork();
  }
  socket.on('drain', pump);

  return {
    join(at) {
      next = ring.start;
      sent = [...at];
      send({ t: 'start', at: formatPosition(at) });
      pump();
    },
    joinByReset(reason) {
      joinByReset(reason);
      pump();
    },
    pong(ping) {
      // A heartbeat says that the relay lives; who asks for more waits until there is more to say.
      if (next === undefined && !ping.isSync) {
        send({ t: 'pong', n: ping.n, lagMs: null });
        return;
      }
      pings.push(ping);
      if (pings.length > MAX_PINGS) socket.destroy();
      else pump();
    },
    pump() {
      // Entries that arrive together are sent together.
      if (isScheduled) return;
      isScheduled = true;
      queueMicrotask(pump);
    },
  };
}
