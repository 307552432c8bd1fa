import { stringify } from 'yaml';

import { host, type RegionLayout } from './layout.ts';

/** What writes to each class of keys do, chosen so that a visitor can see all three. */
const classes = [
  { prefix: 'user:', policy: 'replicate' },
  { prefix: 'session:', policy: 'none' },
  { prefix: 'page:', policy: 'invalidate' },
];

/** The topology file that every role of the playground reads. Deletes that failed wait in the directory while Redis is away. */
export function renderTopology(regions: readonly RegionLayout[], spoolDirectory: string): string {
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
        },
      ]),
    ),
    classes,
  };
  return `# Written by the Lockstep playground; every role of every region reads this one file.\n${stringify(topology)}`;
}
