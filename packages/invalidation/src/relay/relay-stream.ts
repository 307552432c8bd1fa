import { sleep, withDeadline } from '@lockstep/core';

import { type Moment, momentOf } from '../horizon.ts';
import { InvalidationError } from '../invalidation-error.ts';
import { connectToRelay, type RelayAddress, type RelayConnection } from './relay-connection.ts';
import type { FromRelay } from './relay-message.ts';
import { errorOf } from './relay-requests.ts';

const SOON_MS = 20;

/** What a follower hears in order. */
export type RelayStreamEvent = Extract<FromRelay, { t: 'entry' | 'reset' | 'start' }>;

/** The follower behind a stream. */
export interface RelayStreamOptions {
  readonly id: string;
  readonly heartbeatMs: number;
  readonly leaseMs: number | undefined;
  readonly closing: AbortSignal;
  /** Where to go on, asked with each new connection. */
  from(): string;
  /** What the follower has passed. */
  passed(): string;
  onEvent(event: RelayStreamEvent): void;
  /** Everything up to this moment was heard. */
  onHorizon(moment: Moment): void;
  onHorizonVoid(): void;
  onError(error: Error): void;
}

/** The connection of a follower to its relay, one after the other. */
export interface RelayStream {
  readonly isConnected: boolean;
  /** Connects and stays until the connection ends, which it says by rejecting. `onOpen`: the relay answers. */
  connect(onOpen: () => void): Promise<never>;
  /**
   * Asks the relay how far it has heard, with `sync` after it has asked the log. Resolves with whether it knows.
   *
   * @throws InvalidationError ERR_INVALIDATION_UNAVAILABLE or ERR_INVALIDATION_TIMEOUT.
   */
  ping(options?: { readonly sync?: boolean }): Promise<boolean>;
  close(): void;
}

interface Ping {
  readonly sentAt: Moment;
  readonly resolve: (isKnown: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Not connected yet. */
export function runRelayStream(address: RelayAddress, options: RelayStreamOptions): RelayStream {
  const { path, timeoutMs, clock } = address;
  const { id, heartbeatMs, leaseMs, closing } = options;
  const pings = new Map<number, Ping>();
  let connection: RelayConnection | undefined;
  let numbers = 0;

  function onMessage(message: FromRelay): void {
    switch (message.t) {
      case 'entry':
      case 'reset':
      case 'start':
        return options.onEvent(message);
      case 'ask':
        return connection?.send({ t: 'ack', at: options.passed() });
      case 'pong': {
        const asked = take(message.n);
        if (asked !== undefined && message.lagMs !== null) options.onHorizon(earlier(asked.sentAt, message.lagMs));
        return asked?.resolve(message.lagMs !== null);
      }
      case 'failed':
        return take(message.n)?.reject(errorOf(message));
      case 'closing':
        // From here on it would not be waited for.
        options.onHorizonVoid();
        return connection?.send({ t: 'bye' });
      case 'hello':
      case 'done':
        return undefined;
    }
  }

  function take(n: number): Ping | undefined {
    const asked = pings.get(n);
    pings.delete(n);
    return asked;
  }

  async function ping({ sync = false }: { readonly sync?: boolean } = {}): Promise<boolean> {
    const open = connection;
    if (open === undefined)
      throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', `there is no connection to the relay at ${path}`);
    const n = ++numbers;
    const answered = new Promise<boolean>((resolve, reject) => {
      pings.set(n, { sentAt: momentOf(clock), resolve, reject });
      open.send({ t: 'ping', n, at: options.passed(), ...(sync && { sync }) });
    });
    const onTimeout = (): Error =>
      new InvalidationError('ERR_INVALIDATION_TIMEOUT', `the relay at ${path} did not answer within ${timeoutMs} ms`);
    try {
      return await withDeadline(answered, { ms: timeoutMs, onTimeout, clock });
    } finally {
      pings.delete(n);
    }
  }

  /** Pings until one is not answered. */
  async function beat(onAnswer: () => void, maxPauseMs: number, signal: AbortSignal): Promise<never> {
    for (;;) {
      const isKnown = await ping();
      onAnswer();
      // A relay that has not found its place yet soon will.
      await sleep(isKnown ? Math.min(heartbeatMs, maxPauseMs) : SOON_MS, { signal, clock });
    }
  }

  return {
    get isConnected() {
      return connection !== undefined;
    },
    async connect(onOpen) {
      const ended = new AbortController();
      let end!: (error: Error) => void;
      const closed = new Promise<never>((_resolve, reject) => {
        end = reject;
      });
      closed.catch(() => undefined);
      try {
        connection = await connectToRelay(address, {
          onMessage,
          onClosed(error) {
            connection = undefined;
            for (const [n, { reject }] of pings) {
              pings.delete(n);
              reject(error);
            }
            end(error);
          },
          signal: closing,
        });
        if (leaseMs !== undefined && leaseMs > connection.leaseMs) throw tooLong(leaseMs, connection.leaseMs);
        connection.send({ t: 'follow', id, from: options.from(), ...(leaseMs !== undefined && { leaseMs }) });
        return await Promise.race([closed, beat(onOpen, connection.maxSilenceMs / 3, ended.signal)]);
      } finally {
        ended.abort();
        connection?.close();
        connection = undefined;
      }
    },
    ping,
    close() {
      connection?.send({ t: 'bye' });
      connection?.close();
    },
  };

  function tooLong(asked: number, granted: number): InvalidationError {
    const message = `the relay at ${path} grants leases of at most ${granted} ms, and this follower asks for ${asked}`;
    return new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', message);
  }
}

function earlier({ monotonic, wall }: Moment, ms: number): Moment {
  return { monotonic: monotonic - ms, wall: wall - ms };
}
