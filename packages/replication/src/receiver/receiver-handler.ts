import { type Clock, systemClock } from '@lockstep/core';

import { badBatch } from '../transport/batch.ts';
import { ACCEPTED_CODINGS, ACCEPTED_HEADER, decodeContent } from '../transport/content-coding.ts';
import { SIGNATURE_HEADER } from '../transport/link-signature.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import type { Receiver } from './receiver.ts';
import { ReplicationError } from '../replication-error.ts';
import { readBody, type RequestBody, tooLarge } from '../transport/request-body.ts';
import { type Admission, createRequestGuard, unauthorized } from '../transport/request-guard.ts';
import {
  answerDigest,
  BATCHES_PATH,
  CURSORS_PATH,
  DIGEST_HEADER,
  type IncomingHeaders,
  parseBatch,
  parseCursorPath,
} from '../transport/wire.ts';

/** What a handler needs. Without a token, keys and `needsCertificate` anyone may write. */
export interface ReceiverHandlerOptions {
  readonly receiver: Pick<Receiver, 'position' | 'receive'>;
  /** The bearer token that every request must carry. */
  readonly token?: string;
  /** One or two keys, of which every request must be signed with one; two while they are exchanged. */
  readonly keys?: readonly string[];
  /** Whether every request must come over a connection whose client has shown a certificate. @default false */
  readonly needsCertificate?: boolean;
  /** How far the stamp of a signed request may be from the clock here, in milliseconds. @default 300000 */
  readonly maxSkewMs?: number;
  /** Most bytes of a batch, as it comes and when it is unpacked. @default 16777216 */
  readonly maxBodyBytes?: number;
  /** Called with the reason when a request is turned away for its credentials. */
  readonly onRefused?: (reason: string) => void;
  /** What stamps are compared with. @default systemClock */
  readonly clock?: Clock;
}

/** An HTTP request. */
export interface HandlerRequest {
  readonly method: string;
  /** Path as it came, with or without a query. */
  readonly path: string;
  /** Lower-case names, as Node gives them. */
  readonly headers: IncomingHeaders;
  /**
   * Whether the client has shown a certificate that the server trusts: of the TLS socket, `authorized` and a
   * certificate from `getPeerX509Certificate()`. A server that lets clients in without one, by `rejectUnauthorized:
   * false`, must look at both: `authorized` alone is true for a TLS 1.3 session that is resumed, though nobody has shown
   * any. @default false
   */
  readonly hasCertificate?: boolean;
  /** Node's request itself, so that nothing is taken in before its credentials are known; or the whole body. */
  readonly body: RequestBody;
}

/** An HTTP response, whole. */
export interface HandlerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. Send it byte for byte: the digest header covers it. */
  readonly body: string;
}

/** Answers the protocol's requests; it never rejects. */
export type ReceiverHandler = (request: HandlerRequest) => Promise<HandlerResponse>;

/** Statuses of what a receiver throws. Any other failure is 503: the shipper tries again. */
const STATUS: Readonly<Record<string, number>> = {
  ERR_REPLICATION_BAD_BATCH: 400,
  ERR_REPLICATION_BAD_BLOCK: 400,
  ERR_REPLICATION_LOOP: 400,
  ERR_REPLICATION_UNAUTHORIZED: 401,
  ERR_REPLICATION_NOT_FOUND: 404,
  ERR_REPLICATION_TOO_LARGE: 413,
};

/**
 * Maps HTTP onto a receiver, for any server to mount. The server must let bodies through as large as
 * the shipper's batches: `maxBatchBytes`, or one block where that is larger.
 *
 * @throws RangeError for an option out of bounds.
 */
export function createReceiverHandler(options: ReceiverHandlerOptions): ReceiverHandler {
  const { receiver, onRefused, needsCertificate = false } = options;
  const { token, keys, maxSkewMs = 300_000, maxBodyBytes = 16 * 1024 * 1024, clock = systemClock } = options;
  requirePositiveInteger('maxSkewMs', maxSkewMs);
  requirePositiveInteger('maxBodyBytes', maxBodyBytes);
  const admit = createRequestGuard({ token, keys, maxSkewMs, clock });

  async function answer(request: HandlerRequest, admission: Admission): Promise<Answer> {
    const path = request.path.split('?', 1)[0] ?? '';
    if (path === BATCHES_PATH && request.method === 'POST') return answerBatch(request, admission);
    const lane = path.startsWith(CURSORS_PATH) && request.method === 'GET' ? parseCursorPath(path) : undefined;
    if (lane === undefined)
      throw new ReplicationError('ERR_REPLICATION_NOT_FOUND', `nothing answers ${request.method} ${path}`);
    return { status: 200, members: { ...lane, ...(await receiver.position(lane.source, lane.shard)) } };
  }

  async function answerBatch({ headers, body }: HandlerRequest, { isBody }: Admission): Promise<Answer> {
    if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
    const packed = await readBody(body, maxBodyBytes);
    if (isBody?.(packed) === false) throw unauthorized('the body is not the one that was signed');
    const coding = headers['content-encoding'];
    if (typeof coding === 'object') throw badBatch('the header content-encoding is doubled');
    const batch = parseBatch(headers, await decodeContent(coding, packed, maxBodyBytes));
    const { kind, ...position } = await receiver.receive(batch);
    if (kind !== 'gap') return { status: 200, members: position };
    const message = `the batch does not follow ${position.cursor}`;
    return { status: 409, members: { code: 'ERR_REPLICATION_GAP', message, ...position } };
  }

  return async (request) => {
    let admission: Admission = {};
    try {
      if (needsCertificate && request.hasCertificate !== true)
        throw unauthorized('the client certificate is missing, or not of an authority that is trusted here');
      admission = admit(request);
      return respond(await answer(request, admission), admission);
    } catch (error) {
      const { code = 'ERR_REPLICATION_APPLY_FAILED' } = error as { code?: string };
      const message = error instanceof Error ? error.message : String(error);
      if (code === 'ERR_REPLICATION_UNAUTHORIZED') onRefused?.(message);
      return respond({ status: STATUS[code] ?? 503, members: { code, message } }, admission);
    }
  };
}

interface Answer {
  readonly status: number;
  readonly members: object;
}

function respond({ status, members }: Answer, { signAnswer }: Admission): HandlerResponse {
  const body = JSON.stringify(members);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    [ACCEPTED_HEADER]: ACCEPTED_CODINGS,
    [DIGEST_HEADER]: answerDigest(status, body),
  };
  if (signAnswer !== undefined) headers[SIGNATURE_HEADER] = signAnswer(status, body);
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  // What is left of a body that was not taken in is not waited for.
  if (status === 401 || status === 413) headers['connection'] = 'close';
  return { status, headers, body };
}
