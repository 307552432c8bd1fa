import type { OnStored } from '@lockstep/refresh';
import type { Journal } from '@lockstep/replication';
import type { ClassPolicy, RefreshRegion } from '@lockstep/service-kit';

/**
 * Tells the other regions of what was loaded here, where the class of its key says so, or the policy of its source in
 * place of that: they load it anew. What is stored is not carried there: it says how old it is by this region's clock. A
 * load that an invalidation has brought about is not told: whoever invalidated it has told them, or is one of them. The
 * worker gives that reason also where a reader has asked before it did. So no two regions make each other load without an
 * end.
 */
export function carryAbroad(
  sources: RefreshRegion['sources'],
  policyOf: (key: string) => ClassPolicy,
  journal: Pick<Journal, 'append'>,
): OnStored {
  return async ({ key, source, kind, reason }) => {
    if (kind !== 'replaced' || reason === 'invalidated') return;
    if ((sources.get(source)?.policy ?? policyOf(key)) === 'none') return;
    await journal.append({ kind: 'delete', key: Buffer.from(key) });
  };
}
