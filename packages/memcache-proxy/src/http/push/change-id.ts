import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** A position of a log: of each of its parts the epoch and the number of an entry. */
const ID = /^[0-9a-f]{1,20}-\d{1,16}(,[0-9a-f]{1,20}-\d{1,16})*$/;
const MAX_LENGTH = 4096;

/**
 * Returns `id` when it can be a position of a log. Whether this log ever had it, only the log knows.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_CURSOR when it cannot; `source` says where it came from.
 */
export function checkedChangeId(id: string, source: string): string {
  if (id.length <= MAX_LENGTH && ID.test(id)) return id;
  const message = `${source} must be the id of an event, such as 5f0c31ad-17, got ${JSON.stringify(id.slice(0, 60))}`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_CURSOR', message);
}
