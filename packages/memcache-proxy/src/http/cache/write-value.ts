import type { Key, StoreOutcome } from '@lockstep/memcache';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { BackendStoreOptions } from '../../backend/backend.ts';
import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { bodyFlags } from './body-flags.ts';
import type { CacheFace } from './cache-face.ts';
import { whileClientWaits } from './client-signal.ts';
import { checksumOf, type EntityTags, parseEntityTags, toRefreshTag, toVersions } from './entity-tag.ts';
import { readLifetime } from './request-fields.ts';

/** How a store treats what is there. */
export type StoreMode = 'set' | 'add' | 'replace' | 'append' | 'prepend';

const MODES: readonly string[] = ['set', 'add', 'replace', 'append', 'prepend'] satisfies StoreMode[];

/**
 * Answers `PUT`: stores the body, on the condition that `If-Match` or `If-None-Match` state.
 * `defaultTtlSeconds` is for a request that says nothing of a time to live.
 */
export async function answerPut(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  key: Key,
  defaultTtlSeconds = 0,
): Promise<FastifyReply> {
  const given = storeOptions(face, request);
  const options = given.ttlSeconds === 0 ? { ...given, ttlSeconds: defaultTtlSeconds } : given;
  const match = conditionOf(request, 'If-Match');
  const noneMatch = conditionOf(request, 'If-None-Match');
  const body = readBody(request);
  // A write that waits for its turn is taken back when its client leaves; what was sent stays sent.
  const outcome = await whileClientWaits(request, reply, (signal) =>
    storeIf({ face, reply, key }, body, { ...options, signal }, match, noneMatch),
  );
  if (outcome !== 'stored') throw conditionFailed(outcome);
  return reply.code(204).send();
}

/** Answers `POST`: as `PUT`, by the word in `?mode=`. */
export async function answerPost(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  key: Key,
): Promise<FastifyReply> {
  const { mode = 'add' } = request.query as { mode?: unknown };
  if (!isStoreMode(mode)) {
    throw badParameter(`?mode must be one of ${MODES.join(', ')}, got ${JSON.stringify(mode)}`);
  }
  refuseConditions(request, 'of a POST, ?mode= says what must be there');
  const outcome = await whileClientWaits(request, reply, (signal) => storeBy(face, request, key, mode, signal));
  if (outcome === 'stored') return reply.code(204).send();
  if (mode === 'add') throw notStored('there is a value under this key already; PUT replaces it');
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_NOT_FOUND', 'there is no value under this key');
}

/** Answers `DELETE`, also on the condition of `If-Match`. False when there was nothing. */
export function deleteValue(face: CacheFace, request: FastifyRequest, reply: FastifyReply, key: Key): Promise<boolean> {
  const match = conditionOf(request, 'If-Match');
  return whileClientWaits(request, reply, async (signal) => {
    if (match === undefined) return face.backend.delete(key, { signal });
    if (match === '*') {
      const isFound = await face.backend.delete(key, { signal });
      if (!isFound) throw conditionFailed('not-found');
      return true;
    }
    // memcached has no delete that every server can make conditional: a value that is over at once is one.
    const outcome = await casAny({ face, reply, key }, Buffer.alloc(0), { ttlSeconds: -1, signal }, match);
    if (outcome !== 'stored') throw conditionFailed(outcome);
    return true;
  });
}

/** @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_CONDITION where a method that has no conditions is given one. */
export function refuseConditions(request: FastifyRequest, instead: string): void {
  for (const name of ['if-match', 'if-none-match']) {
    if (request.headers[name] !== undefined) throw badCondition(`${name} is for PUT and DELETE; ${instead}`);
  }
}

/** The tags of a condition of the request; undefined without it. */
export function conditionOf(request: FastifyRequest, name: 'If-Match' | 'If-None-Match'): EntityTags | undefined {
  const header = request.headers[name === 'If-Match' ? 'if-match' : 'if-none-match'];
  return header === undefined ? undefined : parseEntityTags(name, header);
}

/** The bytes of the body; none for a request without one. */
export function readBody(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** What a conditional write is about, and the answer that it is for. */
interface Conditional {
  readonly face: CacheFace;
  readonly reply: FastifyReply;
  readonly key: Key;
}

async function storeIf(
  about: Conditional,
  value: Buffer,
  options: BackendStoreOptions,
  match: EntityTags | undefined,
  noneMatch: EntityTags | undefined,
): Promise<StoreOutcome> {
  const { key } = about;
  const { backend } = about.face;
  if (noneMatch !== undefined) {
    if (noneMatch === '*' && match === undefined) return backend.add(key, value, options);
    throw badCondition('If-None-Match of a write must be "*", and without If-Match');
  }
  if (match === '*') return backend.replace(key, value, options);
  if (match !== undefined) return casAny(about, value, options, match);
  await backend.set(key, value, options);
  return 'stored';
}

/** Stores if the value has one of the tags' versions. */
async function casAny(
  { face, reply, key }: Conditional,
  value: Buffer,
  options: BackendStoreOptions,
  tags: Exclude<EntityTags, '*'>,
): Promise<StoreOutcome> {
  const { backend } = face;
  const versions = toVersions(tags);
  const [only] = versions;
  // Weak tags and those of others match nothing.
  if (only === undefined) return 'exists';
  if (versions.length === 1 && only.checksum === undefined) return backend.cas(key, value, only.cas, options);
  // The CAS value may have come again with another value: compare the value too, and write by the CAS value of just that.
  const { cas, value: stored, flags, mustRefresh } = await backend.read(key, { signal: options.signal });
  const checksum = stored && checksumOf(stored, flags);
  const isWanted = versions.some((one) => one.cas === cas && (one.checksum ?? checksum) === checksum);
  if (stored !== undefined && isWanted) return backend.cas(key, value, cas, options);
  // The look was the one that a stale value tells to refresh it: this client is told, as nobody else will be.
  if (mustRefresh) reply.header('x-cache-refresh', toRefreshTag(cas));
  return stored === undefined ? 'not-found' : 'exists';
}

function storeBy(
  face: CacheFace,
  request: FastifyRequest,
  key: Key,
  mode: StoreMode,
  signal: AbortSignal,
): Promise<StoreOutcome> {
  const { backend } = face;
  const value = readBody(request);
  if (mode === 'append' || mode === 'prepend') {
    refuseForJoin(request, mode);
    return backend[mode](key, value, { signal });
  }
  const options = { ...storeOptions(face, request), signal };
  if (mode === 'set') return backend.set(key, value, options).then(() => 'stored');
  return backend[mode](key, value, options);
}

/** @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_PARAMETER for a part of a value. Source: RFC 9110, section 14.5. */
function storeOptions(face: CacheFace, request: FastifyRequest): BackendStoreOptions {
  if (request.headers['content-range'] !== undefined) {
    throw badParameter('Content-Range: a part of a value cannot be stored; send the whole value');
  }
  const toWindow = (seconds: number): number => face.contentFlags?.toWindow(seconds) ?? 0;
  const { ttlSeconds, staleSeconds } = readLifetime(request, face.clock.now(), toWindow);
  return { ttlSeconds, flags: bodyFlags(face, request, staleSeconds) };
}

/** What is there keeps its flags and its time: refuse what would be passed over in silence. */
function refuseForJoin(request: FastifyRequest, mode: StoreMode): void {
  const { ttl } = request.query as { ttl?: unknown };
  if (ttl !== undefined) throw badParameter(`?ttl does not go with ?mode=${mode}: the value keeps its time to live`);
  const { 'content-encoding': encoding = 'identity' } = request.headers;
  if (encoding === 'identity') return;
  const message = `a value cannot be put together from pieces in different encodings: send ?mode=${mode} without Content-Encoding`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_CONTENT_ENCODING', message);
}

function isStoreMode(mode: unknown): mode is StoreMode {
  return typeof mode === 'string' && MODES.includes(mode);
}

function conditionFailed(outcome: StoreOutcome): MemcacheProxyError {
  const reason = outcome === 'not-found' ? 'there is no value under this key' : 'another version is stored';
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_PRECONDITION_FAILED', `nothing was written: ${reason}`);
}

function badCondition(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_CONDITION', message);
}

function badParameter(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_PARAMETER', message);
}

function notStored(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_NOT_STORED', message);
}
