import { MemcacheError, type MemcacheErrorCode } from '../driver/memcache-error.ts';

const nodeErrorCodes: ReadonlySet<MemcacheErrorCode> = new Set<MemcacheErrorCode>([
  'ERR_MEMCACHE_CONNECTION_LOST',
  'ERR_MEMCACHE_NODE_DOWN',
  'ERR_MEMCACHE_OVERLOADED',
  'ERR_MEMCACHE_PROTOCOL',
  'ERR_MEMCACHE_SERVER',
  'ERR_MEMCACHE_TIMEOUT',
]);

/** True when the fault lies with the node or the way to it, and not with the call. */
export function isNodeError(error: unknown): boolean {
  return error instanceof MemcacheError && nodeErrorCodes.has(error.code);
}
