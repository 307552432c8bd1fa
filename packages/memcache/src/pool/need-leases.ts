import type { Capabilities } from '../driver/capabilities.ts';
import { MemcacheError } from '../driver/memcache-error.ts';

/**
 * Refuses a driver, or pool, that cannot do what needs `read`.
 *
 * @throws MemcacheError ERR_MEMCACHE_UNSUPPORTED when it lacks the capability `lease`.
 */
export function needLeases(target: { readonly capabilities: Capabilities }, purpose: string): void {
  if (target.capabilities.lease) return;
  const message = `${purpose} needs drivers with the capability "lease": it has to see how long a value has lived`;
  throw new MemcacheError('ERR_MEMCACHE_UNSUPPORTED', message);
}
