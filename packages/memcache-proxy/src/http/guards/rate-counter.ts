import rateLimit from '@fastify/rate-limit';
import type { Clock } from '@lockstep/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { GUARDED, type KeyedLimit } from './guarded-client.ts';
import { createRedisRateStore, type RedisRateStoreOptions } from './redis-rate-store.ts';
import { RateWindows } from './rate-windows.ts';

/** Which limits there are, in the order in which they are checked. */
export const RATE_ORDER = ['address', 'token', 'route'] as const;

/** The name of a limit. */
export type RateName = (typeof RATE_ORDER)[number];

/** What is left of one limit after a request was counted. */
export interface RateOutcome extends KeyedLimit {
  readonly name: RateName;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly isExceeded: boolean;
}

/** A limit of a request. */
export interface NamedLimit {
  readonly name: RateName;
  readonly rule: KeyedLimit;
}

/** Where requests are counted. */
export interface RateCounter {
  /**
   * Counts a request; the limit is on the request as well, as `rule` of what the guards know. Rejects when Redis is
   * away. Undefined for a quiet counter where the request is within the limit.
   */
  count(name: RateName, request: FastifyRequest, rule: KeyedLimit): RateOutcome | Promise<RateOutcome> | undefined;
  /** What a quiet counter did not tell. */
  look?(name: RateName, rule: KeyedLimit): RateOutcome;
  /** Of a quiet counter: counts a request that is within all of these limits; false, and nothing counted, else. */
  countWithin?(limits: readonly NamedLimit[]): boolean;
}

/** Counts in this process, and answers at once. A quiet one tells only of requests that are too many. */
export function createLocalCounter(maxTracked: number, clock: Clock, isQuiet: boolean): RateCounter {
  const windows = {
    address: new RateWindows(maxTracked, clock),
    token: new RateWindows(maxTracked, clock),
    route: new RateWindows(maxTracked, clock),
  };
  const look = (name: RateName, rule: KeyedLimit): RateOutcome => {
    const { current, ttl } = windows[name].look(rule.key, rule.windowMs);
    return toOutcome(name, rule, rule.max - current, Math.ceil(ttl / 1000));
  };
  const countWithin = (limits: readonly NamedLimit[]): boolean => {
    for (const { name, rule } of limits) {
      if (windows[name].look(rule.key, rule.windowMs).current >= rule.max) return false;
    }
    for (const { name, rule } of limits) windows[name].count(rule.key, rule.windowMs);
    return true;
  };
  return {
    count(name, _request, rule) {
      const current = windows[name].count(rule.key, rule.windowMs);
      return isQuiet && current <= rule.max ? undefined : look(name, rule);
    },
    ...(isQuiet ? { look, countWithin } : {}),
  };
}

/**
 * Counts in Redis, through `@fastify/rate-limit` in a scope of its own.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_GUARD_ORDER when the host has that plugin already,
 * whose store and settings would be taken over.
 */
export async function createRedisCounter(host: FastifyInstance, options: RedisRateStoreOptions): Promise<RateCounter> {
  if (host.hasDecorator('createRateLimit')) {
    const message = 'register memcacheGuards before @fastify/rate-limit, or on a server without it';
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_GUARD_ORDER', message);
  }
  const counts = {} as Record<RateName, ReturnType<FastifyInstance['createRateLimit']>>;
  await host.register(async (scope) => {
    await scope.register(rateLimit, { global: false, store: createRedisRateStore(options) });
    for (const name of RATE_ORDER) {
      // The plugin asks for key, limit and window one after the other; the request carries them.
      counts[name] = scope.createRateLimit({
        keyGenerator: (request) => `${name}:${request[GUARDED]?.rule?.key ?? ''}`,
        max: (request) => request[GUARDED]?.rule?.max ?? 0,
        timeWindow: (request) => request[GUARDED]?.rule?.windowMs ?? 1,
      });
    }
  });
  return {
    async count(name, request, rule) {
      const outcome = await counts[name](request);
      if (outcome.isAllowed) throw new TypeError('@fastify/rate-limit has an allow list that it was not given');
      const remaining = outcome.isExceeded ? -1 : outcome.remaining;
      return toOutcome(name, rule, remaining, outcome.ttlInSeconds);
    },
  };
}

function toOutcome(name: RateName, rule: KeyedLimit, left: number, resetSeconds: number): RateOutcome {
  const { key, max, windowMs } = rule;
  return { name, key, max, windowMs, remaining: Math.max(0, left), resetSeconds, isExceeded: left < 0 };
}
