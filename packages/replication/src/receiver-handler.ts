import { createHash, timingSafeEqual } from 'node:crypto';

import type { Receiver } from './receiver.ts';
import { ReplicationError } from './replication-error.ts';
import {
  answerDigest,
  BATCHES_PATH,
  CURSORS_PATH,
  DIGEST_HEADER,
  type IncomingHeaders,
  parseBatch,
  parseCursorPath,
} from './wire.ts';

/** What a handler needs. */
export interface ReceiverHandlerOptions {
  readonly receiver: Receiver;
  /** The bearer token that every request must carry. Without it anyone may write. */
  readonly token?: string;
}

/** An HTTP request, whole. */
export interface HandlerRequest {
  readonly method: string;
  /** Path as it came, with or without a query. */
  readonly path: string;
  /** Lower-case names, as Node gives them. */
  readonly headers: IncomingHeaders;
  /** Empty where there is none. */
  readonly body: Buffer;
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
};

/**
 * Maps HTTP onto a receiver, for any server to mount. The server must let bodies through as large as
 * the shipper's batches: `maxBatchBytes`, or one block where that is larger.
 */
export function createReceiverHandler(options: ReceiverHandlerOptions): ReceiverHandler {
  const { receiver, token } = options;
  if (token === '') throw new RangeError('token must not be empty');
  const isAllowed = token === undefined ? (): boolean => true : createTokenCheck(token);

  async function answer(request: HandlerRequest): Promise<HandlerResponse> {
    if (!isAllowed(request.headers['authorization'])) {
      throw new ReplicationError('ERR_REPLICATION_UNAUTHORIZED', 'the bearer token is missing or wrong');
    }
    const path = request.path.split('?', 1)[0] ?? '';
    if (path === BATCHES_PATH && request.method === 'POST') return answerBatch(request);
    const lane = path.startsWith(CURSORS_PATH) && request.method === 'GET' ? parseCursorPath(path) : undefined;
    if (lane === undefined)
      throw new ReplicationError('ERR_REPLICATION_NOT_FOUND', `nothing answers ${request.method} ${path}`);
    return respond(200, { ...lane, cursor: await receiver.cursor(lane.source, lane.shard) });
  }

  async function answerBatch({ headers, body }: HandlerRequest): Promise<HandlerResponse> {
    const { kind, cursor } = await receiver.receive(parseBatch(headers, body));
    if (kind !== 'gap') return respond(200, { cursor });
    return respond(409, { code: 'ERR_REPLICATION_GAP', message: `the batch does not follow ${cursor}`, cursor });
  }

  return async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      const { code = 'ERR_REPLICATION_APPLY_FAILED' } = error as { code?: string };
      const message = error instanceof Error ? error.message : String(error);
      return respond(STATUS[code] ?? 503, { code, message });
    }
  };
}

function createTokenCheck(token: string): (header: string | string[] | undefined) => boolean {
  const expected = sha256(`Bearer ${token}`);
  // Digests have one length, so the comparison takes the same time whatever is sent.
  return (header) => typeof header === 'string' && timingSafeEqual(sha256(header), expected);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function respond(status: number, members: object): HandlerResponse {
  const body = JSON.stringify(members);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    [DIGEST_HEADER]: answerDigest(status, body),
  };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return { status, headers, body };
}
