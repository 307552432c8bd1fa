// The HTTP form of the protocol between shipper and receiver, written once for both sides.
//
//   POST /v1/replication/batches                  body: the blocks; headers below
//     200 { cursor }          applied, now or before
//     409 { code, message, cursor, through? }   does not follow `cursor`; a batch up to `through` was begun there
//   GET /v1/replication/cursors/<source>/<shard>
//     200 { source, shard, cursor, through? }
//   Any other status carries { code, message }.
//   Every answer carries `lockstep-digest`, which covers its status and its body, and `accept-encoding`, the content
//   codings that the receiver takes.
import { crc32 } from 'node:zlib';

import { badBatch, type Batch, batchDigest, checkBatch } from './batch.ts';

/** Path to which batches are posted. */
export const BATCHES_PATH = '/v1/replication/batches';
/** What the path of a cursor starts with; source and shard follow. */
export const CURSORS_PATH = '/v1/replication/cursors/';
/** Media type of a batch. */
export const BATCH_TYPE = 'application/octet-stream';
/** Header of the checksum, 8 hexadecimal digits, on batches and on answers. */
export const DIGEST_HEADER = 'lockstep-digest';

const SOURCE_HEADER = 'lockstep-source';
const SHARD_HEADER = 'lockstep-shard';
const PREV_HEADER = 'lockstep-prev';
const FIRST_HEADER = 'lockstep-first';
const LAST_HEADER = 'lockstep-last';

/** Headers as Node gives them: lower-case names. */
export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The path of a receiver's cursor. */
export function cursorPath(source: string, shard: number): string {
  return `${CURSORS_PATH}${source}/${shard}`;
}

/** Source and shard of a path that `cursorPath` made, or undefined for any other. */
export function parseCursorPath(path: string): { readonly source: string; readonly shard: number } | undefined {
  const match = /^([^/]+)\/(\d{1,5})$/.exec(path.startsWith(CURSORS_PATH) ? path.slice(CURSORS_PATH.length) : '');
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { source: match[1], shard: Number(match[2]) };
}

/** The headers of a posted batch. */
export function batchHeaders(batch: Batch): Record<string, string> {
  return {
    'content-type': BATCH_TYPE,
    [SOURCE_HEADER]: batch.source,
    [SHARD_HEADER]: String(batch.shard),
    [PREV_HEADER]: batch.prev,
    [FIRST_HEADER]: batch.first,
    [LAST_HEADER]: batch.last,
    [DIGEST_HEADER]: formatDigest(batchDigest(batch)),
  };
}

/** Reads a posted batch. @throws ReplicationError `ERR_REPLICATION_BAD_BATCH` when any part of it is missing or damaged. */
export function parseBatch(headers: IncomingHeaders, body: Buffer): Batch {
  const shard = requireHeader(headers, SHARD_HEADER);
  const batch: Batch = {
    source: requireHeader(headers, SOURCE_HEADER),
    shard: /^\d{1,5}$/.test(shard) ? Number(shard) : Number.NaN,
    prev: requireHeader(headers, PREV_HEADER),
    first: requireHeader(headers, FIRST_HEADER),
    last: requireHeader(headers, LAST_HEADER),
    body,
  };
  const digest = requireHeader(headers, DIGEST_HEADER);
  checkBatch(batch);
  if (digest !== formatDigest(batchDigest(batch))) throw badBatch('the digest does not match');
  return batch;
}

/** The digest of an answer: a damaged cursor or status would move the shipper past what was applied. */
export function answerDigest(status: number, body: string): string {
  return formatDigest(crc32(`${status}\n${body}`));
}

function requireHeader(headers: IncomingHeaders, name: string): string {
  const value = headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badBatch(`the header ${name} is missing or doubled`);
}

function formatDigest(digest: number): string {
  return digest.toString(16).padStart(8, '0');
}
