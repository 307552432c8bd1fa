import { type Clock, describeError, withDeadline } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';
import { createFrameReader, encodeFrame } from './frame.ts';
import { type FromRelay, RELAY_VERSION, type ToRelay } from './relay-message.ts';
import type { RelayWire } from './relay-wire.ts';

/** How long a connection that was closed may take to send what it was given. */
const LINGER_MS = 200;

type Hello = Extract<FromRelay, { t: 'hello' }>;

/** Which relay, and what it is expected to relay. */
export interface RelayAddress {
  readonly path: string;
  readonly namespace: string;
  readonly shards: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly connect: (path: string) => RelayWire;
}

/** What happens on a connection. */
export interface RelayEvents {
  readonly onMessage: (message: FromRelay) => void;
  /** Called once when it is closed by either side. */
  readonly onClosed: (error: Error) => void;
}

/** A connection to a relay that has introduced itself. */
export interface RelayConnection {
  /** The longest lease that it grants. */
  readonly leaseMs: number;
  /** Whoever follows and says nothing for so long is cut off. */
  readonly maxSilenceMs: number;
  /** How many bytes wait to be sent. */
  readonly waitingBytes: number;
  /** @throws RangeError when the message is too large. */
  send(message: ToRelay): void;
  close(): void;
}

/**
 * Connects to a relay and waits for what it says of itself.
 *
 * @throws InvalidationError ERR_INVALIDATION_UNAVAILABLE when nobody listens or it relays another log,
 *   ERR_INVALIDATION_TIMEOUT, and the signal's reason.
 */
export async function connectToRelay(
  address: RelayAddress,
  { onMessage, onClosed, signal }: RelayEvents & { readonly signal: AbortSignal },
): Promise<RelayConnection> {
  signal.throwIfAborted();
  const { path, timeoutMs, clock } = address;
  const socket = address.connect(path);
  const reader = createFrameReader();
  let failure: Error | undefined;
  let greeting: ((hello: Hello) => void) | undefined;

  const unavailable = (cause: unknown): InvalidationError =>
    new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', `the relay at ${path} failed: ${describeError(cause)}`, {
      cause,
    });

  const greeted = new Promise<Hello>((resolve, reject) => {
    greeting = resolve;
    socket.on('close', () => {
      const error = failure ?? unavailable(new Error('the connection was closed'));
      reject(error);
      onClosed(error);
    });
  });

  socket.on('error', (error) => {
    failure = unavailable(error);
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of reader.read(chunk) as FromRelay[]) {
        if (message.t !== 'hello') onMessage(message);
        else greeting?.(checkedHello(message, address));
        if (socket.destroyed) return;
      }
    } catch (error) {
      failure = error as Error;
      socket.destroy();
    }
  });

  const onTimeout = (): Error =>
    new InvalidationError('ERR_INVALIDATION_TIMEOUT', `the relay at ${path} did not answer within ${timeoutMs} ms`);
  try {
    const { leaseMs, silenceMs } = await withDeadline(greeted, { ms: timeoutMs, signal, onTimeout, clock });
    return {
      leaseMs,
      maxSilenceMs: silenceMs,
      get waitingBytes() {
        return socket.writableLength;
      },
      send: (message) => void socket.write(encodeFrame(message)),
      close() {
        // What was sent last still goes out, unless the relay does not read.
        socket.destroySoon();
        clock.setTimer(() => socket.destroy(), LINGER_MS);
      },
    };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function checkedHello(hello: Hello, { path, namespace, shards }: RelayAddress): Hello {
  if (hello.version !== RELAY_VERSION) throw mismatch(`speaks version ${hello.version}, not ${RELAY_VERSION}`);
  if (hello.namespace !== namespace) throw mismatch(`relays the namespace ${hello.namespace}, not ${namespace}`);
  if (hello.shards !== shards) throw mismatch(`relays a log of ${hello.shards} shards, not ${shards}`);
  return hello;

  function mismatch(what: string): InvalidationError {
    return new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', `the relay at ${path} ${what}`);
  }
}
