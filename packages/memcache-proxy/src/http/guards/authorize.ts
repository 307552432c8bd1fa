import type { FastifyRequest } from 'fastify';

import { MemcacheProxyError, type MemcacheProxyErrorCode } from '../../memcache-proxy-error.ts';
import { coversKey, type Scope } from './bearer-token.ts';
import type { Refusal } from './guard-answer.ts';
import type { GuardedClient } from './guarded-client.ts';
import type { RouteAccess } from './route-guard.ts';
import type { TokenTable } from './token-table.ts';

// Made once: who guesses must not cost a stack trace each time.
const MISSING = challenge('this request needs a bearer token');
const INVALID = challenge('the bearer token is not known, or its time is over', ', error="invalid_token"');

/**
 * Finds out whose request it is and whether its token is enough for the route; undefined when it is.
 * Source of the header: RFC 6750, section 3.
 */
export function authorize(
  table: TokenTable,
  request: FastifyRequest,
  client: GuardedClient,
  access: Exclude<RouteAccess, 'public'>,
  nowMs: number,
): Refusal | undefined {
  const result = table.authenticate(request.headers.authorization, nowMs);
  if ('problem' in result) {
    return result.problem === 'missing' ? MISSING : INVALID;
  }
  const { bearer } = result;
  if (!hasScope(bearer.scopes, access)) {
    const scopes: readonly Scope[] = access === 'read-or-write' ? ['read', 'write'] : [access];
    const named = scopes.join(' or ');
    if (bearer.name === '') return challenge(`this request needs a bearer token with the scope ${named}`);
    return forbidden(`the token lacks the scope ${named}`, `, error="insufficient_scope", scope="${scopes[0]!}"`);
  }
  if (bearer.prefixes !== undefined && access !== 'admin' && client.guard?.keys !== 'checked') {
    const { key } = (request.params ?? {}) as { readonly key?: string };
    if (key === undefined) return forbidden('the token is for some keys only, and this route is not for one key');
    if (!coversKey(bearer, key)) return forbidden('the token is not for this key');
  }
  client.bearer = bearer;
  return undefined;
}

function hasScope(scopes: ReadonlySet<Scope>, access: Exclude<RouteAccess, 'public'>): boolean {
  return access === 'read-or-write' ? scopes.has('read') || scopes.has('write') : scopes.has(access);
}

function challenge(message: string, parameters = ''): Refusal {
  return refusal('ERR_MEMCACHE_PROXY_UNAUTHORIZED', message, parameters);
}

function forbidden(message: string, parameters = ', error="insufficient_scope"'): Refusal {
  return refusal('ERR_MEMCACHE_PROXY_FORBIDDEN', message, parameters);
}

function refusal(code: MemcacheProxyErrorCode, message: string, parameters: string): Refusal {
  const headers = { 'www-authenticate': `Bearer realm="lockstep"${parameters}` };
  return { error: new MemcacheProxyError(code, message), headers };
}
