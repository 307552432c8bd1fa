import type { IncomingMessage } from 'node:http';

import type { Key } from '@lockstep/memcache';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';
import { negotiate } from '../../negotiate.ts';
import { sendProblem } from '../../problem.ts';
import type { CacheFace } from '../cache-face.ts';
import { whileClientWaits } from '../client-signal.ts';
import { holdPipelined } from '../../hold-pipelined.ts';
import { allowsKey, checkedKeys } from '../key-access.ts';
import { percentDecode } from '../percent-decode.ts';
import { isPlainKey, toStoredKey } from '../stored-key.ts';
import { readOps } from './batch-body.ts';
import { badBatch, batchTooLarge } from './batch-error.ts';
import type { BatchLimits } from './batch-limits.ts';
import { type BatchOp } from './batch-op.ts';
import { FrameReader } from './frame-reader.ts';
import { writeFrames } from './frame-writer.ts';
import { LineOpReader } from './line-op-reader.ts';
import { writeLines } from './line-writer.ts';
import { PendingReplies } from './pending-replies.ts';
import { type PreparedOp, runBatch } from './run-batch.ts';

/** The media type of the binary form. */
export const FRAMES_TYPE = 'application/vnd.lockstep.batch';
const LINES_TYPE = 'application/x-ndjson';
const noValue = Buffer.alloc(0);

/** Where the routes are, and their bounds. */
export interface BatchRoutesOptions {
  readonly prefix: string;
  readonly batchUrl: string;
  readonly limits: BatchLimits;
}

/** Adds `GET prefix?keys=` and `POST batchUrl` to a scope of their own. */
export function addBatchRoutes(scope: FastifyInstance, face: CacheFace, options: BatchRoutesOptions): void {
  const { limits } = options;
  const { maxValueBytes } = face;
  const pending = new PendingReplies(limits.maxPendingReplyBytes);
  holdPipelined(scope);
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(FRAMES_TYPE, (_request: FastifyRequest, payload: IncomingMessage) =>
    readOps(payload, new FrameReader({ ...limits, maxValueBytes }), limits.maxBytes),
  );
  scope.addContentTypeParser([LINES_TYPE, 'application/json'], (_request: FastifyRequest, payload: IncomingMessage) =>
    readOps(payload, new LineOpReader({ ...limits, maxValueBytes }), limits.maxBytes),
  );
  scope.setErrorHandler<Error>((error, _request, reply) => sendProblem(reply, error));

  scope.get(options.prefix, { exposeHeadRoute: false, config: checkedKeys }, async (request, reply) => {
    const keys = keysOfQuery(request.originalUrl);
    if (keys.length > limits.maxOps) throw batchTooLarge(`at most ${limits.maxOps} keys at once, got ${keys.length}`);
    const ops = keys.map((key): BatchOp => ({ verb: 'get', key, value: noValue, flags: 0, ttl: 0, number: 0n }));
    return answerBatch(face, request, reply, ops, { limits, pending });
  });

  // One of the two; each operation is asked for its own.
  const config = { guard: { ...checkedKeys.guard, access: 'read-or-write' } } as const;
  scope.post(options.batchUrl, { config }, async (request, reply) => {
    if (!Array.isArray(request.body)) throw badBatch(`the body must be ${FRAMES_TYPE} or ${LINES_TYPE}`);
    return answerBatch(face, request, reply, request.body as BatchOp[], { limits, pending });
  });
}

interface Bounds {
  readonly limits: BatchLimits;
  readonly pending: PendingReplies;
}

async function answerBatch(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  ops: readonly BatchOp[],
  { limits, pending }: Bounds,
): Promise<FastifyReply> {
  const { maxReplyBytes } = limits;
  const outcomes = await whileClientWaits(request, reply, async (signal) => {
    const prepared = ops.map((op) => prepare(face, request, op));
    return runBatch(face, prepared, { maxReplyBytes, signal, pending: pending.open(reply) });
  });
  if (wantsFrames(request)) return reply.header('content-type', FRAMES_TYPE).send(writeFrames(outcomes));
  const keys = ops.map(({ key }) => key);
  return reply.header('content-type', LINES_TYPE).send(writeLines(keys, outcomes));
}

function prepare(face: CacheFace, request: FastifyRequest, op: BatchOp): PreparedOp {
  const access = op.verb === 'get' ? 'read' : 'write';
  const text = typeof op.key === 'string' ? op.key : op.key.toString('latin1');
  try {
    if (!allowsKey(request, op.key, access)) {
      throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_FORBIDDEN', `the token does not allow to ${access} this key`);
    }
    return { op, storedKey: isPlainKey(text) ? text : toStoredKey(op.key as Buffer, face.longKeys) };
  } catch (error) {
    if (error instanceof MemcacheProxyError) return { op, error };
    throw error;
  }
}

const formats = {
  [FRAMES_TYPE]: 'frames',
  [LINES_TYPE]: 'lines',
  'application/ndjson': 'lines',
  'application/json': 'lines',
} as const;

/** By what is accepted, or else by what was sent. Who takes neither is answered in lines, which most can read. */
function wantsFrames({ headers }: FastifyRequest): boolean {
  const fallback = headers['content-type']?.startsWith(FRAMES_TYPE) === true ? 'frames' : 'lines';
  return negotiate(headers.accept, { types: formats, fallback, ranges: { 'application/*': fallback } }) === 'frames';
}

/** The keys of `?keys=a,b&key=c`. They are decoded after they are split, so that `%2C` is part of a key. */
function keysOfQuery(url: string): Key[] {
  const start = url.indexOf('?') + 1;
  const query = start === 0 ? '' : url.slice(start).replace(/#.*$/s, '');
  const keys = query.split('&').flatMap((pair) => {
    if (pair.startsWith('keys=')) return pair.slice(5).split(',');
    return pair.startsWith('key=') ? [pair.slice(4)] : [];
  });
  if (keys.length > 0) return keys.map(decodeKey);
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_PARAMETER', 'say which keys: ?keys=a,b,c or ?key=a&key=b');
}

function decodeKey(text: string): Key {
  if (isPlainKey(text) && !/[%+]/.test(text)) return text;
  const bytes = percentDecode(text, true);
  if (bytes !== undefined) return bytes;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_KEY', 'a key must have two hexadecimal digits after each "%"');
}
