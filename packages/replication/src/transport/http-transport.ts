import { createSecureContext, type SecureContextOptions } from 'node:tls';

import { describeError, systemClock, withDeadline } from '@lockstep/core';
import { Pool } from 'undici';

import type { Batch } from './batch.ts';
import { ACCEPTED_HEADER, type Compression, createEncoder } from './content-coding.ts';
import { requireKeys, SIGNATURE_HEADER, signRequest } from './link-signature.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { ReplicationError } from '../replication-error.ts';
import { isStreamId, type StreamId } from '../operation/stream-id.ts';
import type { BatchAnswer, LanePosition, Transport } from './transport.ts';
import { answerDigest, BATCHES_PATH, batchHeaders, cursorPath, DIGEST_HEADER } from './wire.ts';

/** How a link is encrypted; see node:tls for each. */
export type LinkTls = Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'passphrase'>;

/** Where the receiver is and how long it may take. */
export interface HttpTransportOptions {
  /** Origin of the receiver, such as `https://receiver.west.example:8443`; a path is put before the protocol's own. */
  readonly url: string;
  /** Sent as bearer token. */
  readonly token?: string;
  /**
   * For an https URL: what is shown to a receiver that asks who is there, and who may have signed what the receiver
   * shows. @default nothing is shown, and the authorities that Node knows are trusted
   */
  readonly tls?: LinkTls;
  /** Signs requests and checks the signature of answers: one of the receiver's keys. */
  readonly key?: string;
  /**
   * How bodies of half a kilobyte and more are compressed, where the receiver's last answer lists it; else with brotli,
   * and not at all where that is not listed either. A receiver that lists nothing takes brotli. @default 'brotli'
   */
  readonly compression?: Compression;
  /** How long one exchange may take in all. @default 15000 */
  readonly timeoutMs?: number;
  /** Connections at once; batches of different shards, and of one window, wait for a free one. @default 32 */
  readonly maxConnections?: number;
}

/** A transport over HTTP/1.1 with connections that stay open. */
export interface HttpTransport extends Transport, AsyncDisposable {
  /** Drops the connections; exchanges in flight reject. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
}

/** An answer is a few dozen bytes; more than this is not from a receiver. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_CONNECT_MS = 5000;
const NO_BODY = Buffer.alloc(0);

/**
 * Wires a transport. It connects with the first exchange.
 *
 * Exchanges reject with ReplicationError `ERR_REPLICATION_TRANSPORT` when there is no answer in time or it is
 * damaged, and `ERR_REPLICATION_REFUSED` when the receiver answers with an error.
 *
 * @throws TypeError when `url` is not an http or https URL or `tls` makes no sense, RangeError for another option out
 * of bounds.
 */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const timeoutMs = requirePositiveInteger('timeoutMs', options.timeoutMs ?? 15_000);
  const url = parseUrl(options.url);
  const prefix = url.pathname.replace(/\/+$/, '');
  const maxConnections = requirePositiveInteger('maxConnections', options.maxConnections ?? 32);
  const encode = createEncoder(options.compression ?? 'brotli');
  /** What the receiver listed in its last answer. */
  let accepted: string | undefined;
  const [key] = options.key === undefined ? [] : requireKeys('key', [options.key]);
  const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const timeout = Math.min(timeoutMs, MAX_CONNECT_MS);
  if (options.tls !== undefined) requireTls(options.tls);
  const pool = new Pool(url.origin, {
    connections: maxConnections,
    pipelining: 1,
    connectTimeout: timeout,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    ...(options.tls === undefined ? {} : { connect: { ...options.tls, timeout } }),
    maxResponseSize: MAX_ANSWER_BYTES,
  });

  async function exchange(
    request: { method: 'GET' | 'POST'; path: string; headers?: Record<string, string>; body?: Buffer },
    signal: AbortSignal,
  ): Promise<Answer> {
    // A signal of its own: undici keeps nothing on the caller's, which lives much longer than one exchange.
    const controller = new AbortController();
    try {
      return await withDeadline(readAnswer(controller.signal), {
        ms: timeoutMs,
        signal,
        onTimeout: () => new Error(`no answer within ${timeoutMs} ms`),
      });
    } catch (error) {
      // What was answered has nothing left to end, and an abort costs as much as the rest of an exchange.
      controller.abort();
      if (signal.aborted) throw signal.reason;
      throw error instanceof ReplicationError ? error : transportFailed(describeError(error), error);
    }

    async function readAnswer(inner: AbortSignal): Promise<Answer> {
      const { method, body } = request;
      const path = prefix + request.path;
      const headers: Record<string, string> = { ...request.headers, ...authorization };
      const signed =
        key === undefined
          ? undefined
          : signRequest(
              key,
              { method, path: request.path, headers },
              { body: body ?? NO_BODY, stampMs: systemClock.now() },
            );
      if (signed !== undefined) headers[SIGNATURE_HEADER] = signed.header;
      const response = await pool.request({ method, path, headers, body: body ?? null, signal: inner });
      const { statusCode: status, headers: answered } = response;
      const text = await response.body.text();
      // A receiver that turned the request away cannot sign; what it says then is believed only as a failure.
      const mustBeSigned = signed !== undefined && (status < 400 || status === 409);
      if (mustBeSigned && !signed.isAnswer(answered[SIGNATURE_HEADER], status, text)) {
        throw transportFailed('the answer is not signed by the receiver');
      }
      const answer = parseAnswer(status, answered[DIGEST_HEADER], text);
      // From refusals too: behind one URL a receiver may be replaced by one that takes less.
      accepted = answered[ACCEPTED_HEADER]?.toString();
      return answer;
    }
  }

  return {
    async position(source, shard, { signal }): Promise<LanePosition> {
      const { status, members } = await exchange({ method: 'GET', path: cursorPath(source, shard) }, signal);
      if (status !== 200) throw refused(status, members);
      // Named in the answer as well, so that a damaged path cannot pass for a shard nobody has seen.
      if (members['source'] !== source || members['shard'] !== shard)
        throw transportFailed('the cursor is of another shard');
      return readPosition(members);
    },
    async send(batch: Batch, { signal }): Promise<BatchAnswer> {
      const { token: coding, bytes: body } = await encode(batch.body, accepted);
      const headers = { ...batchHeaders(batch), ...(coding === undefined ? {} : { 'content-encoding': coding }) };
      const request = { method: 'POST' as const, path: BATCHES_PATH, headers, body };
      const { status, members } = await exchange(request, signal);
      if (status === 200) return { kind: 'accepted', cursor: readCursor(members), sentBytes: body.length };
      if (status === 409) return { kind: 'gap', ...readPosition(members) };
      throw refused(status, members);
    },
    close: () => pool.destroy(),
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new TypeError(`url must be an http or https URL, got ${JSON.stringify(text)}`);
}

function requireTls(tls: LinkTls): void {
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new TypeError(`tls makes no sense: ${describeError(cause)}`, { cause });
  }
}

function parseAnswer(status: number, digest: string | string[] | undefined, text: string): Answer {
  if (digest !== answerDigest(status, text)) {
    throw transportFailed(`the answer ${status} is damaged or not from a receiver`);
  }
  const members: unknown = JSON.parse(text);
  if (typeof members !== 'object' || members === null) throw transportFailed(`the answer ${status} is not an object`);
  return { status, members: members as Record<string, unknown> };
}

function readCursor(members: Readonly<Record<string, unknown>>): StreamId {
  const { cursor } = members as { cursor?: unknown };
  if (typeof cursor === 'string' && isStreamId(cursor)) return cursor;
  throw transportFailed(`the answer has the cursor ${JSON.stringify(cursor)}`);
}

function readPosition(members: Readonly<Record<string, unknown>>): LanePosition {
  const { through } = members as { through?: unknown };
  const cursor = readCursor(members);
  return typeof through === 'string' && isStreamId(through) ? { cursor, through } : { cursor };
}

function refused(status: number, members: Readonly<Record<string, unknown>>): ReplicationError {
  const { code, message } = members as { code?: unknown; message?: unknown };
  return new ReplicationError(
    'ERR_REPLICATION_REFUSED',
    `the receiver answered ${status} ${String(code)}: ${String(message)}`,
  );
}

function transportFailed(reason: string, cause?: unknown): ReplicationError {
  const message = `the receiver could not be reached: ${reason}`;
  return new ReplicationError('ERR_REPLICATION_TRANSPORT', message, cause === undefined ? {} : { cause });
}
