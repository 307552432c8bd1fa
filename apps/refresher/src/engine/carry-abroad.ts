import type { OnStored } from '@lockstep/refresh';
import type { Journal } from '@lockstep/replication';
import type { RefreshRegion } from '@lockstep/service-kit';

/**
 * Tells the other regions of what was loaded here, where the policy of its source says so: they load it anew. A load
 * that an invalidation has brought about is not told: whoever invalidated it has told them, or is one of them. So no
 * two regions ever make each other load without an end.
 */
export function carryAbroad(sources: RefreshRegion['sources'], journal: Pick<Journal, 'append'>): OnStored {
  return async ({ key, source, kind, reason }) => {
    if (kind !== 'replaced' || reason === 'invalidated') return;
    if (sources.get(source)?.policy !== 'invalidate') return;
    await journal.append({ kind: 'delete', key: Buffer.from(key) });
  };
}
