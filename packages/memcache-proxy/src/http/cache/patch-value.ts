import type { Key } from '@lockstep/memcache';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import type { CacheFace } from './cache-face.ts';
import { whileClientWaits } from './client-signal.ts';
import { parseCount, parsePatch, type Patch } from './patch-body.ts';
import { readDuration } from './request-fields.ts';
import { readBody, refuseConditions } from './write-value.ts';
import { sendMiss } from './read-value.ts';

/** How often a counter is tried again that others create and delete meanwhile. */
const MAX_ROUNDS = 3;

/** Answers `PATCH`: counts up or down, or sets the time to live. */
export async function answerPatch(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  key: Key,
): Promise<FastifyReply> {
  refuseConditions(request, 'memcached counts, and sets the time to live, whatever the version');
  const patch = parsePatch(readBody(request));
  const ttl = patch.ttl === undefined ? 0 : readDuration('ttl', JSON.stringify(patch.ttl), face.clock.now());
  if (patch.delta === undefined) {
    const isFound = await whileClientWaits(request, reply, (signal) => face.backend.touch(key, ttl, { signal }));
    return isFound ? reply.code(204).send() : sendMiss(reply);
  }
  const { delta } = patch;
  const value = await whileClientWaits(request, reply, (signal) =>
    count(face, key, delta, patch, { ttlSeconds: ttl, signal }),
  );
  return value === undefined ? sendMiss(reply) : reply.send({ value: toJsonInteger(value) });
}

/** A count as JSON holds it exactly: a string where a number would not be exact. */
export function toJsonInteger(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

async function count(
  { backend }: CacheFace,
  key: Key,
  delta: bigint,
  { isDecrement, initial }: Patch,
  options: { readonly ttlSeconds: number; readonly signal: AbortSignal },
): Promise<bigint | undefined> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const value = await (isDecrement ? backend.decr(key, delta, options) : backend.incr(key, delta, options));
    if (value !== undefined || initial === undefined) return value;
    const first = parseCount('initial', initial);
    if ((await backend.add(key, Buffer.from(first.toString()), options)) === 'stored') return first;
  }
  const message = 'nothing was counted: others create and delete this counter at the same time';
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_NOT_STORED', message);
}
