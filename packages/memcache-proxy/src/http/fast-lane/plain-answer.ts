import type { ReadResult } from '@lockstep/memcache';

import { PROBLEM_TYPE } from '../problem.ts';
import type { CacheFace } from '../cache/cache-face.ts';
import type { BodyFacts } from '../cache/content-flags.ts';
import { toEntityTag } from '../cache/entity-tag.ts';
import { isAnsweredAsStored } from '../cache/is-answered-as-stored.ts';
import { MISS_BODY } from '../cache/read-value.ts';

const OCTETS = 'application/octet-stream';

/** An answer, without the fields that belong to the connection. */
export interface PlainAnswer {
  readonly status: 200 | 404;
  readonly head: string;
  readonly body: Buffer;
}

/**
 * The answer to a plain read, as the routes give it byte for byte; undefined where there is anything to decide: what is
 * stale or to be refreshed, and what is compressed.
 */
export function toPlainAnswer(face: CacheFace, found: ReadResult): PlainAnswer | undefined {
  const { status, value, flags } = found;
  if (found.mustRefresh) return undefined;
  if (status === 'miss') return found.isRefreshing ? undefined : PLAIN_MISS;
  if (status !== 'hit' || value === undefined) return undefined;
  const facts = face.contentFlags?.decode(flags);
  if (!isAnsweredAsStored(face, flags, facts) || isLate(facts, found.ttlSeconds)) return undefined;
  const type = facts?.contentType ?? OCTETS;
  // 0: it came from another pool of the class, where this version cannot be written by.
  const etag = found.cas === 0n ? '' : `etag: ${toEntityTag(found, value)}\r\n`;
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${value.length}\r\n${etag}x-cache-flags: ${flags}\r\n`;
  return { status: 200, head, body: value };
}

const PLAIN_MISS: PlainAnswer = {
  status: 404,
  head: `HTTP/1.1 404 Not Found\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${MISS_BODY.length}\r\n`,
  body: MISS_BODY,
};

function isLate(facts: BodyFacts | undefined, ttlSeconds: number): boolean {
  const staleSeconds = facts?.staleSeconds ?? 0;
  return staleSeconds > 0 && ttlSeconds >= 0 && ttlSeconds <= staleSeconds;
}
