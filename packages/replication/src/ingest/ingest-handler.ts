import { type Clock, systemClock } from '@lockstep/core';

import type { Journal } from '../journal/journal.ts';
import type { Operation } from '../operation/operation.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import type { HandlerRequest, HandlerResponse, ReceiverHandler } from '../receiver/receiver-handler.ts';
import { ReplicationError } from '../replication-error.ts';
import { readBody, tooLarge } from '../transport/request-body.ts';
import { createRequestGuard, unauthorized } from '../transport/request-guard.ts';
import { parseJsonOperations } from './parse-json-operations.ts';
import { parseLegacyOperations } from './parse-legacy-operations.ts';
import type { ParsedOperations } from './parsed-operations.ts';

/** Path of writes in JSON. */
export const INGEST_PATH = '/v1/journal/operations';
/** Path of writes in the form of older fleets. */
export const LEGACY_INGEST_PATH = '/v1/journal/legacy';

/** What an ingest needs. Without a token and without keys anyone may write. */
export interface IngestHandlerOptions {
  readonly journal: Pick<Journal, 'append'>;
  /** What the writes to a key do in other regions; see `ClassPolicy` of a topology. @default as they are */
  readonly policyOf?: (key: Buffer) => 'invalidate' | 'replicate' | 'replicate-versioned' | 'none';
  /** The bearer token that every request must carry. */
  readonly token?: string;
  /** One or two keys, of which every request must be signed with one. */
  readonly keys?: readonly string[];
  /** How far the stamp of a signed request may be from the clock here, in milliseconds. @default 300000 */
  readonly maxSkewMs?: number;
  /** Most bytes of a body. @default 4194304 */
  readonly maxBodyBytes?: number;
  /** Most operations of a body. @default 10000 */
  readonly maxOperations?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Most problems that one answer names. */
const MAX_PROBLEMS = 10;

const STATUS: Readonly<Record<string, number>> = {
  ERR_REPLICATION_BAD_OPERATION: 400,
  ERR_REPLICATION_UNAUTHORIZED: 401,
  ERR_REPLICATION_NOT_FOUND: 404,
  ERR_REPLICATION_TOO_LARGE: 413,
};

/**
 * Takes writes over HTTP into a journal, many in one request, for any server to mount. Either all of a body is
 * understood, or nothing of it is taken. The answer is 200 when all of it is in the stream.
 *
 * A 503 may have been taken in part: send it again, which does no harm while nobody writes the same keys in between.
 *
 * @throws RangeError for an option out of bounds.
 */
export function createIngestHandler(options: IngestHandlerOptions): ReceiverHandler {
  const { journal, policyOf = () => 'replicate', token, keys, maxSkewMs = 300_000 } = options;
  const { maxBodyBytes = 4 * 1024 * 1024, maxOperations = 10_000, clock = systemClock } = options;
  for (const [name, value] of Object.entries({ maxSkewMs, maxBodyBytes, maxOperations }))
    requirePositiveInteger(name, value);
  const admit = createRequestGuard({ token, keys, maxSkewMs, clock });

  function parse(path: string, body: Buffer): ParsedOperations {
    if (path === INGEST_PATH) return parseJsonOperations(body, maxOperations);
    return parseLegacyOperations(body, maxOperations, clock.now());
  }

  async function take(request: HandlerRequest): Promise<object> {
    const { isBody } = admit(request);
    const path = request.path.split('?', 1)[0] ?? '';
    if (request.method !== 'POST' || (path !== INGEST_PATH && path !== LEGACY_INGEST_PATH)) {
      throw new ReplicationError('ERR_REPLICATION_NOT_FOUND', `nothing answers ${request.method} ${path}`);
    }
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
    const body = await readBody(request.body, maxBodyBytes);
    if (isBody?.(body) === false) throw unauthorized('the body is not the one that was signed');
    const { operations, problems } = parse(path, body);
    if (problems.length > 0) throw badOperations(problems);
    const entering = operations.flatMap((operation) => byClass(operation, policyOf));
    const outcomes = await Promise.allSettled(entering.map((operation) => journal.append(operation)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return { appended: entering.length, skipped: operations.length - entering.length };
  }

  return async (request) => {
    try {
      return respond(200, await take(request));
    } catch (error) {
      const { code = 'ERR_REPLICATION_REDIS' } = error as { code?: string };
      const message = error instanceof Error ? error.message : String(error);
      return respond(STATUS[code] ?? 503, { code, message });
    }
  };
}

function byClass(operation: Operation, policyOf: NonNullable<IngestHandlerOptions['policyOf']>): Operation[] {
  const policy = policyOf(operation.key);
  if (policy === 'none') return [];
  // Without its version nobody could say whether a value is the newer one.
  const isWhole = policy === 'replicate' || (policy === 'replicate-versioned' && operation.version !== undefined);
  return [isWhole ? operation : { kind: 'delete', key: operation.key }];
}

function badOperations(problems: readonly string[]): ReplicationError {
  const named = problems.slice(0, MAX_PROBLEMS).join('; ');
  const more = problems.length > MAX_PROBLEMS ? `; and ${problems.length - MAX_PROBLEMS} more` : '';
  return new ReplicationError('ERR_REPLICATION_BAD_OPERATION', `nothing was taken: ${named}${more}`);
}

function respond(status: number, members: object): HandlerResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 503) headers['retry-after'] = '1';
  // What is left of a body that was not taken in is not waited for.
  if (status === 401 || status === 404 || status === 413) headers['connection'] = 'close';
  return { status, headers, body: JSON.stringify(members) };
}
