import { describeError } from '@lockstep/core';
import { setMaxListeners } from 'node:events';

import { InvalidationError } from '../invalidation-error.ts';
import type { PublishOptions } from '../invalidation-log.ts';
import { parsePosition } from '../position.ts';
import { createFrameReader, encodeFrame } from './frame.ts';
import { createRelayFeed, type Ping, type RelayFeed } from './relay-feed.ts';
import { type FromRelay, type Publication, RELAY_VERSION, type ToRelay } from './relay-message.ts';
import { type ResumeSource, resumeFeed } from './relay-resume.ts';
import type { RelayWire } from './relay-wire.ts';

/** More publishes than this from one client at a time are refused, and more questions to the log. */
const MAX_REQUESTS = 10_000;

/** What the sessions of one relay share. */
export interface SessionSource extends ResumeSource {
  /** The longest lease of a follower. */
  readonly leaseMs: number;
  /** A follower that says nothing for so long is cut off. */
  readonly clientTimeoutMs: number;
  /** Resolves when the relay has found its place in the log. */
  readonly ready: Promise<void>;
  onError(error: Error): void;
}

/** One connection of a client: a follower, or publishes. */
export interface RelaySession {
  /** When it last said something, on the relay's clock. */
  readonly heardAt: number;
  readonly isFollower: boolean;
  /** Resolves when all that it asked for is answered. */
  settled(): Promise<void>;
  pump(): void;
  /** Tells it that the relay ends. */
  announceEnd(): void;
  destroy(): void;
}

/** Serves a socket until either side closes it. */
export function serveSession(source: SessionSource, socket: RelayWire, onClosed: () => void): RelaySession {
  const { log, clock, leases } = source;
  const reader = createFrameReader();
  const closing = new AbortController();
  // Every question to the log listens to it, and nobody knows how many there are.
  setMaxListeners(0, closing.signal);
  let id: string | undefined;
  let feed: RelayFeed | undefined;
  let heardAt = clock.monotonic();
  const requests = new Set<Promise<void>>();
  /** Questions to the log under way. */
  let asked = 0;

  const send = (message: FromRelay): void => {
    if (!socket.destroyed) socket.write(encodeFrame(message));
  };

  function fail(error: unknown): void {
    if (closing.signal.aborted) return;
    source.onError(error as Error);
    socket.destroy();
  }

  function follow(message: ToRelay & { t: 'follow' }): void {
    const { leaseMs, from } = message;
    if (feed !== undefined) throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', 'a client followed twice');
    id = message.id;
    const fed = { socket, id, leaseMs };
    const started = createRelayFeed(source, fed);
    feed = started;
    source.ready.then(() => resumeFeed(source, { fed, feed: started, from, signal: closing.signal })).catch(fail);
  }

  /** Answers a request, or says why it cannot. */
  function reply(n: number, work: () => Promise<string>): void {
    if (requests.size >= MAX_REQUESTS) {
      send(failure(n, tooMany()));
      return;
    }
    const answered = work().then(
      (position) => send({ t: 'done', n, position }),
      (error: unknown) => send(failure(n, error)),
    );
    requests.add(answered);
    answered.catch(fail).finally(() => requests.delete(answered));
  }

  /** Answers a ping once the log was asked after it. */
  function askLog(ping: Ping): void {
    if (asked >= MAX_REQUESTS) {
      send(failure(ping.n, tooMany()));
      return;
    }
    asked++;
    source
      .sync(closing.signal)
      .then(
        () => feed?.pong(ping),
        (error: unknown) => send(failure(ping.n, error)),
      )
      .catch(fail)
      .finally(() => asked--);
  }

  function handle(message: ToRelay): void {
    switch (message.t) {
      case 'follow':
        return follow(message);
      case 'ping': {
        const { n, sync: isSync = false } = message;
        const at = parsePosition(message.at, log.shards);
        const ping: Ping = { n, at, receivedAt: clock.monotonic(), isSync };
        if (id !== undefined) leases.passed(id, at);
        return isSync ? askLog(ping) : feed?.pong(ping);
      }
      case 'ack':
        if (id !== undefined) leases.passed(id, parsePosition(message.at, log.shards));
        return;
      case 'bye':
        if (id !== undefined) leases.drop(id);
        return;
      case 'publish': {
        const keys = [...message.k, ...message.x.map((key) => Buffer.from(key, 'base64'))];
        return reply(message.n, () => log.publish(keys, optionsOf(message)));
      }
      case 'clear':
        return reply(message.n, () => log.clear(optionsOf(message)));
    }
  }

  socket.on('data', (chunk: Buffer) => {
    heardAt = clock.monotonic();
    try {
      for (const message of reader.read(chunk)) handle(message as ToRelay);
    } catch (error) {
      fail(error);
    }
  });
  // A client that went away is told by 'close'; what it was told it hears again.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closing.abort(new InvalidationError('ERR_INVALIDATION_CLOSED', 'the client of the relay went away'));
    onClosed();
  });
  const { namespace, shards } = log;
  send({
    t: 'hello',
    version: RELAY_VERSION,
    namespace,
    shards,
    leaseMs: source.leaseMs,
    silenceMs: source.clientTimeoutMs,
  });

  return {
    get heardAt() {
      return heardAt;
    },
    get isFollower() {
      return feed !== undefined;
    },
    async settled() {
      await Promise.allSettled(requests);
    },
    pump: () => feed?.pump(),
    announceEnd: () => send({ t: 'closing' }),
    destroy: () => void socket.destroy(),
  };
}

function optionsOf({ g, o, i, everywhere, ms }: Publication): PublishOptions {
  return { tags: g, origin: o, traceId: i, everywhere, timeoutMs: ms };
}

function tooMany(): InvalidationError {
  return new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', 'too many requests to the relay at a time');
}

function failure(n: number, error: unknown): FromRelay {
  const { code, position } = error as { code?: unknown; position?: unknown };
  return {
    t: 'failed',
    n,
    code: typeof code === 'string' ? code : 'ERR_INVALIDATION_UNAVAILABLE',
    message: describeError(error),
    ...(typeof position === 'string' && { position }),
  };
}
