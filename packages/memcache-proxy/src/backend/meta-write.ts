import type { Clock } from '@lockstep/core';
import type { MetaReply, MetaRequest } from '@lockstep/memcache';

import { toMetaWrite } from './meta-writes.ts';
import type { PoolCall, PoolWrite } from './pool-write.ts';
import { boundTtl, type TtlBounds } from './ttl-bounds.ts';

/** The write that a command of the meta protocol is. Its times to live are brought within the bounds of the class. */
export function metaWrite(given: MetaRequest, bounds: TtlBounds | undefined, clock: Clock): PoolWrite<MetaReply> {
  const request = bounds === undefined ? given : boundMeta(given, bounds, clock.now());
  const { command, key, flags, isBase64 = false } = request;
  const forget: PoolCall<MetaReply> = (pool) => pool.meta({ command: 'md', key, isBase64, flags: [] });
  let startedAt = 0;
  return {
    send: (pool) => {
      startedAt = clock.now();
      return pool.meta(request);
    },
    follow: (reply) => {
      const write = toMetaWrite(request, reply, startedAt);
      if (write === undefined) return undefined;
      // A value goes to the other pools as it is, and a new time to live too; what else changed they forget.
      if (command === 'mg') return (pool) => pool.meta({ command: 'mg', key, isBase64, flags: pick(flags, 'T') });
      if (write.kind === 'delete') return forget;
      const { value } = write;
      return (pool) => pool.meta({ command: 'ms', key, isBase64, flags: pick(flags, 'TF'), value });
    },
    forget,
    // It has CAS values of its own.
    shadow: flags.some((flag) => flag.startsWith('C')) ? forget : (pool) => pool.meta(request),
    toHook: (reply) => toMetaWrite(request, reply, startedAt),
    removes: command === 'md',
    valueBytes: request.value?.length ?? 0,
    ...(command === 'md' && flags.length === 0 ? { early: { answer: { status: 'HD', flags: [] } } } : {}),
  };
}

/** The command with times to live within the bounds. */
function boundMeta(request: MetaRequest, bounds: TtlBounds, nowMs: number): MetaRequest {
  const flags = request.flags.map((flag) => {
    if (!/^[TN]-?\d+$/.test(flag)) return flag;
    return `${flag[0]}${boundTtl(Number(flag.slice(1)), bounds, nowMs)}`;
  });
  const isEndless = request.command === 'ms' && pick(flags, 'T').length === 0;
  const ttlSeconds = isEndless ? boundTtl(0, bounds, nowMs) : 0;
  return { ...request, flags: ttlSeconds === 0 ? flags : [...flags, `T${ttlSeconds}`] };
}

function pick(flags: readonly string[], letters: string): string[] {
  return flags.filter((flag) => letters.includes(flag.charAt(0)));
}
