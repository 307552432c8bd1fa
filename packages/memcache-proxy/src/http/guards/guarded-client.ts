import type { KnownToken } from './bearer-token.ts';
import type { IpAddress } from './ip-address.ts';
import type { RateLimit } from './rate-rules.ts';
import type { RouteGuard } from './route-guard.ts';

/** Where the guards keep, on a request, what they found out about its client. */
export const GUARDED: unique symbol = Symbol('lockstep.guarded');

declare module 'fastify' {
  interface FastifyRequest {
    [GUARDED]: GuardedClient | null;
  }
}

/** What the guards know about the client of one request. */
export interface GuardedClient {
  readonly address: IpAddress | undefined;
  /** The pattern of the route; empty where none matched. */
  readonly route: string;
  /** What the route says to the guards. */
  readonly guard: RouteGuard | undefined;
  /** Undefined on public routes, and until it was authenticated. */
  bearer: KnownToken | undefined;
  /** The limit that is being checked, and whose requests it counts. */
  rule: KeyedLimit | undefined;
}

/** A limit, and the key under which requests count together. */
export interface KeyedLimit extends RateLimit {
  readonly key: string;
}

/** What one customer has: an IPv4 address, or the /64 of an IPv6 address. */
export function addressKeyOf(client: GuardedClient): string {
  const { address } = client;
  if (address === undefined) return 'local';
  return address.family === 4 ? address.text : `${(address.bits >> 64n).toString(16)}/64`;
}

/** The name of the bearer's token; undefined without one. */
export function tokenKeyOf(client: GuardedClient): string | undefined {
  const name = client.bearer?.name;
  return name === undefined || name === '' ? undefined : name;
}
