import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { withMoreFailures } from './pool-failure.ts';

/** A stand-in has the write, and nobody removes what the owner, which is down, has from before. */
export function ownerKeeps(cause: unknown, hook: PromiseSettledResult<unknown>): MemcacheProxyError {
  const message = 'the write was carried out, but the delete that its old value needs could not be spooled';
  return withMoreFailures(unknown(message, cause), hook, { status: 'fulfilled', value: undefined });
}

/** Nobody removes what a pool may hold that it should not. */
export function notSpooled(cause: unknown): MemcacheProxyError {
  return unknown('the delete that the key needs could not be spooled', cause);
}

function unknown(message: string, cause: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_WRITE_UNKNOWN', message, { cause });
}
