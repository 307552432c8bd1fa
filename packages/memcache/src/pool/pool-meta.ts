import type { CallOptions } from '../driver/driver.ts';
import { isMetaRead, type MetaReply, type MetaRequest } from '../driver/meta.ts';
import type { Router } from './router.ts';
import type { Shadow } from './shadow.ts';

/** See `MemcachePool.meta`. The shadow has CAS values and leases of its own: a write becomes a miss there. */
export function sendMeta(
  router: Router,
  shadow: Shadow | undefined,
  request: MetaRequest,
  options: CallOptions | undefined,
): Promise<MetaReply> {
  const { command, key } = request;
  const isDelete = command === 'md';
  try {
    if (isMetaRead(request)) return router.atHome(key, options, (target, own) => target.meta(request, own));
    if (command !== 'mg') shadow?.copy(key, (target) => target.delete(key));
    return router.unshadowed(key, options, (target, own) => target.meta(request, own), undefined, isDelete);
  } catch (error) {
    return Promise.reject(error);
  }
}
