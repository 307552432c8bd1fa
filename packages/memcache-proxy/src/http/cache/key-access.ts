import type { Key } from '@lockstep/memcache';
import type { FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** What a request is about to do with a key. */
export type KeyAccess = 'read' | 'write';

/** The `config` of routes whose handlers ask for every key that they touch: see `RouteGuard`. */
export const checkedKeys = { guard: { keys: 'checked' } } as const;

/** What a guard may add to requests: whether their sender may do that with a key, as the client named it. */
export interface KeyGuard {
  allowsKey?(key: Key, access: KeyAccess): boolean;
}

/** Whether the request may do that with the key; without a guard it may. */
export function allowsKey(request: FastifyRequest, key: Key, access: KeyAccess): boolean {
  const guarded = request as KeyGuard;
  return guarded.allowsKey === undefined || guarded.allowsKey(key, access);
}

/** @throws MemcacheProxyError ERR_MEMCACHE_PROXY_FORBIDDEN when a guard says that the request may not. */
export function assertAccess(request: FastifyRequest, key: Key, access: KeyAccess): void {
  if (allowsKey(request, key, access)) return;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_FORBIDDEN', `the token does not allow to ${access} this key`);
}
