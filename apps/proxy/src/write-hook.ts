import type { InvalidationLog } from '@lockstep/invalidation';
import type { ProxyWrite, WriteHook } from '@lockstep/memcache-proxy';
import type { Journal, Operation } from '@lockstep/replication';
import type { ClassPolicy } from '@lockstep/service-kit';

/** Where a write goes besides memcached. */
export interface WriteSinks {
  readonly journal: Pick<Journal, 'append'>;
  readonly invalidations: Pick<InvalidationLog, 'publish'>;
  /** What the class of a key says; see the topology. */
  readonly policyOf: (key: Buffer) => ClassPolicy;
}

/**
 * Journals every write by the class of its key and appends it to the region's invalidation log. It
 * settles when both have it, and rejects when either has not: the client must not believe that a
 * write travelled which did not.
 */
export function createWriteHook({ journal, invalidations, policyOf }: WriteSinks): WriteHook {
  return async (write) => {
    const operation = toOperation(write, policyOf(write.key));
    const outcomes = await Promise.allSettled([
      operation === undefined ? undefined : journal.append(operation),
      invalidations.publish([write.key]),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  };
}

function toOperation(write: ProxyWrite, policy: ClassPolicy): Operation | undefined {
  if (policy === 'none') return undefined;
  return policy === 'replicate' ? write : { kind: 'delete', key: write.key };
}
