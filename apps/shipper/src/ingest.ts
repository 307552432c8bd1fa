import { createIngestHandler, createJournal, type Journal } from '@lockstep/replication';
import {
  type AppContext,
  classOf,
  type connectRedis,
  isVersioned,
  linksFrom,
  policyOf,
  ServiceError,
  type Topology,
} from '@lockstep/service-kit';

import { mountIngest } from './ingest-route.ts';

/** The ingest of a shipper. */
export interface Ingest {
  readonly journal: Journal;
  /** Has classes from now on go by another topology. */
  replace(topology: Topology): void;
}

/**
 * Opens the ingest that the topology asks for; undefined where it does not.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ENVIRONMENT` when there is no token for it.
 */
export function openIngest(
  { topology, region, environment }: Pick<AppContext, 'topology' | 'region' | 'environment'>,
  { client, http }: { client: ReturnType<typeof connectRedis>; http: Parameters<typeof mountIngest>[0] },
): Ingest | undefined {
  const { ingest } = region.shipper;
  if (ingest === undefined) return undefined;
  const token = environment.secret(ingest.secret);
  if (token === undefined) {
    const problem = `shipper.ingest of ${region.name} needs LOCKSTEP_SECRET_${ingest.secret}; set it, or take the section out`;
    throw new ServiceError('ERR_SERVICE_KIT_ENVIRONMENT', [problem]);
  }
  let current = { find: classOf(topology), policyOf: policyOf(topology), isVersioned: isVersioned(topology) };
  const journal = createJournal({
    ...region.journal,
    client,
    region: region.name,
    classOf: (key) => current.find(key)?.prefix ?? '',
    peers: linksFrom(topology, region.name).map(({ to }) => to),
    versions: { ...region.versions, isFor: (key) => current.isVersioned(key) },
  });
  mountIngest(http, createIngestHandler({ journal, token, policyOf: (key) => current.policyOf(key) }));
  return {
    journal,
    replace: (next) => {
      current = { find: classOf(next), policyOf: policyOf(next), isVersioned: isVersioned(next) };
    },
  };
}
