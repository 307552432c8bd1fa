import { type Clock, systemClock } from '@lockstep/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { LANE_GUARD } from '../fast-lane/lane-guard.ts';
import { AddressLists, type AddressRules } from './address-lists.ts';
import { addBanAdmin } from './ban-admin.ts';
import { BanKeeper } from './ban-keeper.ts';
import { type BanStore, createMemoryBanStore } from './ban-store.ts';
import { coversKey } from './bearer-token.ts';
import { type AddressOptions, createClientAddressReader } from './client-address.ts';
import { decorateAbortSignal } from './client-gone.ts';
import { createLaneGuard } from './create-lane-guard.ts';
import { publishGuardEvent } from './guard-channel.ts';
import { createGuardCounts, type GuardCounts } from './guard-counts.ts';
import { createGuardHook } from './guard-hook.ts';
import { GUARDED } from './guarded-client.ts';
import { createLoadShedder, type LoadShedOptions } from './load-shed.ts';
import { createRateLimits, type RateLimitOptions } from './rate-limits.ts';
import type { RateRules } from './rate-rules.ts';
import { type TokenRules, TokenTable } from './token-table.ts';

/** The plugins of this package that have routes. */
const ROUTE_PLUGINS: readonly string[] = [
  '@lockstep/memcache-proxy',
  '@lockstep/memcache-proxy/templates',
  '@lockstep/memcache-proxy/nodes',
  '@lockstep/memcache-proxy/stream',
  '@lockstep/memcache-proxy/changes',
];

declare module 'fastify' {
  interface FastifyInstance {
    /** What `memcacheGuards` lets an app change while it runs. */
    readonly guards: Guards;
  }
  interface FastifyRequest {
    /** The client's address by the rules of `memcacheGuards`; undefined for a Unix socket. */
    clientAddress(): string | undefined;
    /** Whether the token of this request may do that with a key, or with every key that starts so. */
    allowsKey(key: string | Buffer, access: 'read' | 'write'): boolean;
  }
}

/** What guards an HTTP face. Every part is off until it is given. */
export interface MemcacheGuardsOptions extends TokenRules {
  /** How the address of a client is found. */
  readonly addresses?: AddressOptions;
  /** Who may come in, by configuration; `guards.lists.replace` changes it. */
  readonly lists?: AddressRules;
  /** Where the bans of the admin routes are kept. @default this process */
  readonly banStore?: BanStore;
  /** How often the store is asked for changes of others, in milliseconds. @default 1000 */
  readonly banPollMs?: number;
  /** How long one call of the store may take, in milliseconds. @default 2000 */
  readonly banTimeoutMs?: number;
  /** Where the admin routes are, or false for none. They need a token with the scope admin. @default '/v1/admin' */
  readonly adminPrefix?: string | false;
  /** How many requests are let through. Give at least `{}` to set limits later. */
  readonly limits?: RateLimitOptions;
  /** When to answer 503 at once. */
  readonly shed?: LoadShedOptions;
  /** Patterns of routes that need no token and are neither limited nor shed, such as `/healthz`. @default [] */
  readonly publicRoutes?: readonly string[];
  /** @default systemClock */
  readonly clock?: Clock;
}

/** What an app may change while it runs. A replacement is checked first: when it throws, nothing has changed. */
export interface Guards {
  /** The lists of the configuration; those of the admin routes hold besides. */
  readonly lists: { replace(rules: AddressRules): void };
  readonly tokens: { replace(rules: TokenRules): void };
  readonly limits: { replace(rules: RateRules): void };
  readonly counts: GuardCounts;
}

/**
 * A Fastify 5 plugin that guards the routes of the scope in which it is registered, and of the scopes
 * inside that are made after it: register it before the routes. It reads no body, and answers with
 * problem+json whatever the error handler of the host is.
 *
 * Without `tokens` and `anonymous` everybody may read and write; admin routes need a token always.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_GUARD_ORDER when routes of this package, or
 * `@fastify/rate-limit` where limits are in Redis, were registered before. TypeError or RangeError that
 * names an option that makes no sense.
 */
export const memcacheGuards: FastifyPluginAsync<MemcacheGuardsOptions> = fastifyPlugin(register, {
  name: '@lockstep/memcache-proxy/guards',
  fastify: '5.x',
});

async function register(host: FastifyInstance, options: MemcacheGuardsOptions): Promise<void> {
  const { clock = systemClock, banStore = createMemoryBanStore(), adminPrefix = '/v1/admin' } = options;
  assertFirst(host);
  const counts = createGuardCounts();
  const lists = new AddressLists(options.lists);
  const table = new TokenTable(rulesOf(options));
  const addresses = createClientAddressReader(options.addresses);
  const keeper = new BanKeeper({
    lists,
    store: banStore,
    pollMs: options.banPollMs ?? 1000,
    timeoutMs: options.banTimeoutMs ?? 2000,
    clock,
    onFailure(error) {
      counts.banStoreFailures += 1;
      publishGuardEvent({ kind: 'ban-store-failed', error });
    },
  });
  const limits = options.limits && (await createRateLimits(host, { clock, ...options.limits }));
  const shedder = options.shed && (await createLoadShedder(host, options.shed));

  if (limits !== undefined) {
    const routes = new Set<string>();
    host.addHook('onRoute', ({ method, url }) => {
      for (const name of [method].flat()) routes.add(`${name} ${url}`);
    });
    host.addHook('onReady', async () => limits.expectRoutes(routes));
  }

  // Where it was registered before, its own hook watches the clients.
  const watchesClients = decorateAbortSignal(host);
  host.decorateRequest(GUARDED, null);
  host.decorateRequest('clientAddress', clientAddress);
  host.decorateRequest('allowsKey', allowsKey);
  const publicRoutes = new Set(options.publicRoutes);
  const hook = createGuardHook({
    addresses,
    lists,
    table,
    shedder,
    limits,
    publicRoutes,
    counts,
    watchesClients,
    clock,
  });
  host.addHook('onRequest', hook);
  host.decorate(LANE_GUARD, createLaneGuard({ addresses, lists, table, shedder, limits, publicRoutes }));
  host.addHook('onClose', () => keeper.close());
  await keeper.start();
  if (adminPrefix !== false) await addBanAdmin(host, { prefix: adminPrefix, lists, keeper, clock });

  const guards: Guards = {
    lists: { replace: (rules) => lists.replace('configured', rules) },
    tokens: { replace: (rules) => table.replace(rulesOf(rules)) },
    limits: {
      replace(rules) {
        if (limits === undefined)
          throw new TypeError('register memcacheGuards with limits, at least {}, to set them later');
        limits.replace(rules);
      },
    },
    counts,
  };
  host.decorate('guards', guards);
}

function assertFirst(host: FastifyInstance): void {
  const late = ROUTE_PLUGINS.find((name) => host.hasPlugin(name));
  if (late === undefined) return;
  const message = `register memcacheGuards before ${late}, whose routes it would not guard`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_GUARD_ORDER', message);
}

function rulesOf({ tokens, anonymous }: TokenRules): TokenRules {
  return { tokens: tokens ?? [], anonymous: anonymous ?? (tokens === undefined ? ['read', 'write'] : []) };
}

function clientAddress(this: FastifyRequest): string | undefined {
  return this[GUARDED]?.address?.text;
}

function allowsKey(this: FastifyRequest, key: string | Buffer, access: 'read' | 'write'): boolean {
  const client = this[GUARDED];
  // Without it the hook has not run: no route that asks may be open by mistake.
  if (client === null) return false;
  const { bearer } = client;
  return bearer === undefined || (bearer.scopes.has(access) && coversKey(bearer, key));
}
