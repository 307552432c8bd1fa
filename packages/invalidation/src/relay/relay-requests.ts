import { withDeadline } from '@lockstep/core';

import { InvalidationError, type InvalidationErrorCode } from '../invalidation-error.ts';
import type { PublishOptions } from '../invalidation-log.ts';
import { connectToRelay, type RelayAddress, type RelayConnection } from './relay-connection.ts';
import type { FromRelay, ToRelay } from './relay-message.ts';

/** What may wait in the socket before requests are refused. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** The relay gives up a little before us, so that it can say how far it got. */
const HEAD_START_MS = 50;

type Request = Extract<ToRelay, { t: 'publish' | 'clear' }>;
/** A request without what this file adds. */
export type RequestBody = Request extends infer R ? (R extends Request ? Omit<R, 'n' | 'ms'> : never) : never;

/** Publishes and clears through a relay, over one connection that is made when it is first needed. */
export interface RelayRequests {
  /**
   * Resolves with the position that the relay answers.
   *
   * @throws InvalidationError as `InvalidationLog.publish` does, and the signal's reason.
   */
  request(
    body: RequestBody,
    bounds: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<string>;
  /** Resolves when nothing is under way, and closes the connection. */
  close(): Promise<void>;
}

interface Pending {
  resolve(position: string): void;
  reject(error: Error): void;
}

/** Not connected yet. */
export function createRelayRequests(address: RelayAddress): RelayRequests {
  const closing = new AbortController();
  const pending = new Map<number, Pending>();
  const underWay = new Set<Promise<string>>();
  let connecting: Promise<RelayConnection> | undefined;
  let numbers = 0;

  function onMessage(message: FromRelay): void {
    if (message.t !== 'done' && message.t !== 'failed') return;
    const request = pending.get(message.n);
    pending.delete(message.n);
    if (message.t === 'done') request?.resolve(message.position);
    else request?.reject(errorOf(message));
  }

  function connection(): Promise<RelayConnection> {
    if (connecting !== undefined) return connecting;
    const attempt = connectToRelay(address, {
      onMessage,
      onClosed(error) {
        if (connecting === attempt) connecting = undefined;
        for (const [n, request] of pending) {
          pending.delete(n);
          request.reject(error);
        }
      },
      signal: closing.signal,
    });
    connecting = attempt;
    return attempt;
  }

  async function send(body: RequestBody, timeoutMs: number, n: number): Promise<string> {
    const open = await connection();
    if (open.waitingBytes > MAX_WAITING_BYTES) {
      throw new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', 'the relay does not read what it is sent');
    }
    const ms = Math.max(1, timeoutMs - Math.min(HEAD_START_MS, timeoutMs / 10));
    return new Promise<string>((resolve, reject) => {
      pending.set(n, { resolve, reject });
      open.send({ ...body, n, ms });
    });
  }

  return {
    async request(body, { timeoutMs, signal }) {
      signal?.throwIfAborted();
      const n = ++numbers;
      const onTimeout = (): Error =>
        new InvalidationError('ERR_INVALIDATION_TIMEOUT', `the relay did not answer within ${timeoutMs} ms`);
      const answered = withDeadline(send(body, timeoutMs, n), {
        ms: timeoutMs,
        signal,
        onTimeout,
        clock: address.clock,
      });
      underWay.add(answered);
      try {
        return await answered;
      } finally {
        pending.delete(n);
        underWay.delete(answered);
      }
    },
    async close() {
      await Promise.allSettled(underWay);
      closing.abort(new InvalidationError('ERR_INVALIDATION_CLOSED', 'the invalidation log was closed'));
      const open = await connecting?.catch(() => undefined);
      open?.close();
    },
  };
}

/** What the relay refused, as the log itself would have said it. */
export function errorOf({ code, message, position }: FromRelay & { t: 'failed' }): Error {
  const isOwn = code.startsWith('ERR_INVALIDATION_');
  const own =
    isOwn && code !== 'ERR_INVALIDATION_CLOSED' ? (code as InvalidationErrorCode) : 'ERR_INVALIDATION_UNAVAILABLE';
  return new InvalidationError(own, message, position === undefined ? {} : { position });
}

/** The deadline of a publish when none is given. */
export function timeoutOf({ timeoutMs, everywhere }: PublishOptions, defaultMs: number): number {
  return timeoutMs ?? (everywhere === true ? 10_000 : defaultMs);
}
