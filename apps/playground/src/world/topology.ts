import { stringify } from 'yaml';

import { host, type RegionLayout } from './layout.ts';
import { queueName } from './leader-of.ts';

/** What writes to each class of keys do, chosen so that a visitor can see all three. */
const classes = [
  { prefix: 'user:', policy: 'replicate' },
  { prefix: 'session:', policy: 'none' },
  { prefix: 'page:', policy: 'invalidate' },
];

/** What a topology needs besides the regions. */
export interface TopologyPlaces {
  /** Where deletes that failed wait while Redis is away. */
  readonly spoolDirectory: string;
  /** Where the consumers of a region deliver to. */
  readonly sinkUrlOf: (region: string) => string;
}

/** The topology file that every role of the playground reads. */
export function renderTopology(
  regions: readonly RegionLayout[],
  { spoolDirectory, sinkUrlOf }: TopologyPlaces,
): string {
  const topology = {
    version: 1,
    regions: Object.fromEntries(
      regions.map((region) => [
        region.name,
        {
          redis: `redis://${host}:${region.redis}`,
          pool: {
            hash: 'ketama',
            nodes: region.memcached.map((port, index) => ({
              name: `${region.name}-${index + 1}`,
              address: `${host}:${port}`,
            })),
          },
          proxy: {
            http: `${host}:${region.proxyHttp}`,
            memcached: `${host}:${region.proxyMemcached}`,
            spool: { directory: `${spoolDirectory}/${region.name}` },
          },
          shipper: { http: `${host}:${region.shipper}` },
          receiver: { http: `${host}:${region.receiver}` },
          consumer: {
            http: region.consumers.map((port) => `${host}:${port}`),
            queues: {
              [queueName]: {
                source: { stream: queueName, trim: true },
                sink: { url: sinkUrlOf(region.name) },
                leaseMs: 2000,
              },
            },
          },
        },
      ]),
    ),
    classes,
  };
  return `# Written by the Lockstep playground; every role of every region reads this one file.\n${stringify(topology)}`;
}
