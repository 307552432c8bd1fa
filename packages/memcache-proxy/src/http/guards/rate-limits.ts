import { type Clock, type RedisClient, systemClock } from '@lockstep/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { compileEntries } from './address-entry.ts';
import { addressKeyOf, type GuardedClient, type KeyedLimit, tokenKeyOf } from './guarded-client.ts';
import {
  createLocalCounter,
  createRedisCounter,
  type NamedLimit,
  RATE_ORDER,
  type RateName,
  type RateOutcome,
} from './rate-counter.ts';
import { checkRateRules, type RateRules } from './rate-rules.ts';

/** How many requests are let through, and where they are counted. */
export interface RateLimitOptions extends RateRules {
  /** Counts for all processes together. You own it. @default each process counts for itself */
  readonly redis?: RedisClient;
  /** What the keys in Redis start with. @default 'lockstep:rate:' */
  readonly keyPrefix?: string;
  /** How long a request waits for Redis, in milliseconds. @default 100 */
  readonly timeoutMs?: number;
  /** After a failure Redis is not asked for this long, in milliseconds. @default 1000 */
  readonly retryMs?: number;
  /** What happens meanwhile: `open` lets requests through and counts them, `closed` answers 503. @default 'open' */
  readonly whenAway?: 'open' | 'closed';
  /** Whether every answer says what is left of the limits, or only those that are refused. @default 'always' */
  readonly headers?: 'always' | 'refused';
  /** Addresses and ranges without limits. @default [] */
  readonly exempt?: readonly string[];
  /** How many clients of each kind a process remembers; the one whose window began first goes. @default 10000 */
  readonly maxTracked?: number;
  /** Drives the waits for Redis. @default systemClock */
  readonly clock?: Clock;
}

/** The limits that hold now. */
export interface RateLimits {
  readonly whenAway: 'open' | 'closed';
  readonly headers: 'always' | 'refused';
  /** False while there are no rules, and for exempt addresses: nothing needs to be awaited then. */
  applyTo(client: GuardedClient, nowMs: number): boolean;
  /**
   * Counts the request; undefined when this limit does not concern it, or lets it through and has nothing to tell.
   * Rejects when Redis is away.
   */
  count(name: RateName, request: FastifyRequest, client: GuardedClient): RateOutcome | Promise<RateOutcome> | undefined;
  /**
   * Counts a request that all limits let through without a word, and answers true; else false, with nothing counted.
   * Always false where limits are counted in Redis or told on every answer.
   */
  countQuietly(method: string, client: GuardedClient): boolean;
  /** The limits before this one that let the request through and did not tell. */
  untold(name: RateName, request: FastifyRequest, client: GuardedClient): RateOutcome[];
  /**
   * From now on, a rule for none of these routes is an error: nothing would be limited by it.
   *
   * @throws RangeError that names such a rule.
   */
  expectRoutes(routes: ReadonlySet<string>): void;
  /** Takes other rules from the next request on; what was counted so far still counts. */
  replace(rules: RateRules): void;
}

/**
 * Makes the limits.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_GUARD_ORDER with Redis, when the host has
 * `@fastify/rate-limit` already. RangeError for a rule that makes no sense.
 */
export async function createRateLimits(host: FastifyInstance, options: RateLimitOptions): Promise<RateLimits> {
  const { redis, keyPrefix = 'lockstep:rate:', timeoutMs = 100, retryMs = 1000 } = options;
  const { maxTracked = 10_000, whenAway = 'open', headers = 'always', clock = systemClock } = options;
  checkRateRules(options);
  let rules: RateRules = options;
  let isActive = hasRules(rules);
  let routes: ReadonlySet<string> | undefined;
  const exempt = compileEntries('limits.exempt', options.exempt ?? []).set;
  const counter = redis
    ? await createRedisCounter(host, { client: redis, keyPrefix, timeoutMs, retryMs, clock })
    : createLocalCounter(maxTracked, clock, headers === 'refused');
  return {
    whenAway,
    headers,
    applyTo: ({ address }, nowMs) => isActive && (address === undefined || !exempt.has(address, nowMs)),
    count(name, request, client) {
      const rule = limitOf(rules, name, request.method, client);
      client.rule = rule;
      return rule && counter.count(name, request, rule);
    },
    countQuietly(method, client) {
      if (counter.countWithin === undefined) return false;
      const concerned: NamedLimit[] = [];
      for (const name of RATE_ORDER) {
        const rule = limitOf(rules, name, method, client);
        if (rule !== undefined) concerned.push({ name, rule });
      }
      return counter.countWithin(concerned);
    },
    untold(name, request, client) {
      if (counter.look === undefined) return [];
      const before = RATE_ORDER.slice(0, RATE_ORDER.indexOf(name));
      return before.flatMap((each) => {
        const rule = limitOf(rules, each, request.method, client);
        return rule === undefined ? [] : [counter.look!(each, rule)];
      });
    },
    expectRoutes(known) {
      routes = known;
      checkRoutes(known, rules);
    },
    replace(next) {
      checkRateRules(next);
      if (routes !== undefined) checkRoutes(routes, next);
      rules = next;
      isActive = hasRules(next);
    },
  };
}

function checkRoutes(routes: ReadonlySet<string>, { perRoute = {} }: RateRules): void {
  const missing = Object.keys(perRoute).find((route) => !routes.has(route));
  if (missing !== undefined)
    throw new RangeError(`limits.perRoute: there is no route ${JSON.stringify(missing)} behind the guards`);
}

function hasRules({ perAddress, perToken, perRoute = {} }: RateRules): boolean {
  return perAddress !== undefined || perToken !== undefined || Object.keys(perRoute).length > 0;
}

/** The limit of this name that concerns a request, and whose requests it counts together. */
function limitOf(rules: RateRules, name: RateName, method: string, client: GuardedClient): KeyedLimit | undefined {
  if (name === 'route') return rules.perRoute === undefined ? undefined : routeLimitOf(rules.perRoute, method, client);
  const rule = name === 'address' ? rules.perAddress : rules.perToken;
  if (rule === undefined) return undefined;
  const key = name === 'address' ? addressKeyOf(client) : tokenKeyOf(client);
  return key === undefined ? undefined : { max: rule.max, windowMs: rule.windowMs, key };
}

function routeLimitOf(
  perRoute: NonNullable<RateRules['perRoute']>,
  method: string,
  client: GuardedClient,
): KeyedLimit | undefined {
  const own = `${method} ${client.route}`;
  // A HEAD costs what a GET costs, and must not be a way around its limit.
  const route = method === 'HEAD' && perRoute[own] === undefined ? `GET ${client.route}` : own;
  const rule = perRoute[route];
  if (rule === undefined) return undefined;
  const key = rule.by === 'all' ? route : `${route} ${tokenKeyOf(client) ?? addressKeyOf(client)}`;
  return { max: rule.max, windowMs: rule.windowMs, key };
}
