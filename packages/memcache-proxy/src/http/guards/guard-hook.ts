import type { Clock } from '@lockstep/core';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { wasCounted } from '../fast-lane/lane-read.ts';
import type { AddressLists } from './address-lists.ts';
import { authorize } from './authorize.ts';
import type { ClientAddressReader } from './client-address.ts';
import { watchClient } from './client-gone.ts';
import { addRateHeaders, rateHeaders, refuse, type Refusal } from './guard-answer.ts';
import { publishGuardEvent } from './guard-channel.ts';
import type { MutableGuardCounts } from './guard-counts.ts';
import { GUARDED, type GuardedClient } from './guarded-client.ts';
import type { LoadShedder } from './load-shed.ts';
import { RATE_ORDER, type RateOutcome } from './rate-counter.ts';
import type { RateLimits } from './rate-limits.ts';
import { accessOf, type RouteAccess } from './route-guard.ts';
import type { TokenTable } from './token-table.ts';

/** All that a request is asked on its way in. */
export interface GuardHookOptions {
  readonly addresses: ClientAddressReader;
  readonly lists: AddressLists;
  readonly table: TokenTable;
  readonly shedder: LoadShedder | undefined;
  readonly limits: RateLimits | undefined;
  readonly publicRoutes: ReadonlySet<string>;
  readonly counts: MutableGuardCounts;
  readonly watchesClients: boolean;
  readonly clock: Clock;
}

const BANNED: Refusal = {
  error: new MemcacheProxyError('ERR_MEMCACHE_PROXY_BANNED', 'this address may not come in'),
};

/**
 * Makes the hook that runs before anything of a body is read: bans, load, the limit of the address,
 * token and scope, the limits of the token and of the route. The limit of the address comes before
 * the token, so that guessing tokens is limited; a refused request does not count for what comes after.
 * Nothing is waited for unless limits are counted in Redis. It also notices when the client hangs up.
 */
export function createGuardHook(options: GuardHookOptions): onRequestHookHandler {
  const { addresses, lists, table, shedder, limits, publicRoutes, counts, watchesClients, clock } = options;
  const overloaded: Refusal = {
    error: new MemcacheProxyError('ERR_MEMCACHE_PROXY_OVERLOADED', 'the proxy has more to do than it can: try again'),
    headers: { 'retry-after': String(shedder?.retryAfterSeconds ?? 1) },
  };
  return (request, reply, done) => {
    const nowMs = clock.now();
    // A getter that makes an object.
    const { url = '', config } = request.routeOptions;
    const { guard, endless } = config;
    if (watchesClients) watchClient(request, reply, url, endless);
    const address = addresses.read(request.raw);
    const client: GuardedClient = { address, route: url, guard, bearer: undefined, rule: undefined };
    request[GUARDED] = client;
    const finish = (refusal: Refusal | undefined): void => {
      if (refusal === undefined) done();
      else refuse(request, reply, counts, refusal);
    };
    if (!lists.admits(address, nowMs)) return finish(BANNED);
    const access = accessOf(request.method, guard);
    if (access === 'public' || publicRoutes.has(url)) return done();
    if (shedder?.isOverloaded() === true) return finish(overloaded);
    // What the fast lane has begun it has counted.
    if (limits?.applyTo(client, nowMs) !== true || wasCounted(request.raw))
      return finish(authorize(table, request, client, access, nowMs));
    const result = checkLimits({ limits, table, counts, access, nowMs }, request, reply, client, [], 0);
    if (result instanceof Promise) result.then(finish, done);
    else finish(result);
  };
}

interface LimitCheck {
  readonly limits: RateLimits;
  readonly table: TokenTable;
  readonly counts: MutableGuardCounts;
  readonly access: Exclude<RouteAccess, 'public'>;
  readonly nowMs: number;
}

/** Waits only for limits that are counted elsewhere: what is counted here costs no promise. */
function checkLimits(
  check: LimitCheck,
  request: FastifyRequest,
  reply: FastifyReply,
  client: GuardedClient,
  outcomes: RateOutcome[],
  start: number,
): Refusal | undefined | Promise<Refusal | undefined> {
  const { limits, table, counts, access, nowMs } = check;
  for (let index = start; index < RATE_ORDER.length; index += 1) {
    const name = RATE_ORDER[index]!;
    const refusal = name === 'token' ? authorize(table, request, client, access, nowMs) : undefined;
    if (refusal !== undefined) return refusal;
    const outcome = limits.count(name, request, client);
    if (outcome instanceof Promise) {
      const goOn = (ended: Refusal | undefined): Refusal | undefined | Promise<Refusal | undefined> =>
        ended ?? checkLimits(check, request, reply, client, outcomes, index + 1);
      return outcome.then(
        (counted) => goOn(take(counted, outcomes)),
        (error: unknown) => goOn(miss(error as Error, limits, counts)),
      );
    }
    if (outcome === undefined) continue;
    if (outcome.isExceeded) outcomes.unshift(...limits.untold(name, request, client));
    const ended = take(outcome, outcomes);
    if (ended !== undefined) return ended;
  }
  if (limits.headers === 'always') addRateHeaders(reply, outcomes);
  return undefined;
}

function take(outcome: RateOutcome, outcomes: RateOutcome[]): Refusal | undefined {
  outcomes.push(outcome);
  return outcome.isExceeded ? exceeded(outcome, outcomes) : undefined;
}

function miss(error: Error, limits: RateLimits, counts: MutableGuardCounts): Refusal | undefined {
  counts.limitsAway += 1;
  publishGuardEvent({ kind: 'limits-away', error });
  return limits.whenAway === 'closed' ? away(error) : undefined;
}

function exceeded({ name, max, windowMs, resetSeconds }: RateOutcome, outcomes: readonly RateOutcome[]): Refusal {
  const message = `more than ${max} requests in ${windowMs} ms, which is the limit of this ${name}`;
  return {
    error: new MemcacheProxyError('ERR_MEMCACHE_PROXY_RATE_LIMITED', message),
    headers: { ...rateHeaders(outcomes), 'retry-after': String(Math.max(1, resetSeconds)) },
  };
}

function away(cause: unknown): Refusal {
  const message = 'the limits cannot be checked now: try again';
  return {
    error: new MemcacheProxyError('ERR_MEMCACHE_PROXY_LIMITS_AWAY', message, { cause }),
    headers: { 'retry-after': '1' },
  };
}
