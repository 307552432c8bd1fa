import type { BullQueueOptions } from '@lockstep/refresh/bullmq';
import type { RefreshRegion } from '@lockstep/service-kit';

/** What the topology says of the queue. */
export function queueOptionsOf({
  leaseMs,
  retry,
}: Pick<RefreshRegion, 'leaseMs' | 'retry'>): Omit<BullQueueOptions, 'redis'> {
  const { attempts, minMs, maxMs } = retry ?? {};
  return {
    ...(attempts === undefined ? {} : { attempts }),
    backoff: { ...(minMs === undefined ? {} : { minMs }), ...(maxMs === undefined ? {} : { maxMs }) },
    ...(leaseMs === undefined ? {} : { lockMs: leaseMs, stalledCheckMs: Math.floor(leaseMs / 2) }),
  };
}
