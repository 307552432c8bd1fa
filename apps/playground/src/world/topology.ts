import { stringify } from 'yaml';

import { cities, sourceName } from '../coupons/coupon.ts';
import { host, type RegionLayout } from './layout.ts';
import { queueName } from './leader-of.ts';

/** What writes to each class of keys do, chosen so that a visitor can see all three. */
const classes = [
  { prefix: 'user:', policy: 'replicate' },
  { prefix: 'session:', policy: 'none' },
  { prefix: 'page:', policy: 'invalidate' },
];

/** Where the proxies serve the coupons. */
const couponRoute = {
  url: '/coupons?city=:city',
  key: `${sourceName}:{city}`,
  params: { city: { trim: true, lowercase: true, maxLength: 40 } },
  refresh: sourceName,
};

/** The refreshers of a region; times are short, so that a visitor sees refreshes, and a killed refresher replaced. */
function couponSection(region: RegionLayout, load: object): object {
  return {
    http: region.refreshers.map((port) => `${host}:${port}`),
    leaseMs: 2000,
    retry: { attempts: 10, minMs: 500, maxMs: 2000 },
    sources: {
      [sourceName]: {
        load,
        shape: 'hash',
        primaryKey: 'id',
        ttlMs: 4000,
        refreshBelowMs: 1500,
        staleForMs: 60_000,
        single: true,
        ids: [...cities],
        warmUp: true,
      },
    },
  };
}

/** What a topology needs besides the regions. */
export interface TopologyPlaces {
  /** Where deletes that failed wait while Redis is away. */
  readonly spoolDirectory: string;
  /** Where the consumers of a region deliver to. */
  readonly sinkUrlOf: (region: string) => string;
  /** What the coupons are loaded with; undefined: there are none. */
  readonly loadCoupons: object | undefined;
}

/** The topology file that every role of the playground reads. */
export function renderTopology(
  regions: readonly RegionLayout[],
  { spoolDirectory, sinkUrlOf, loadCoupons }: TopologyPlaces,
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
            ...(loadCoupons === undefined ? {} : { templates: [couponRoute] }),
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
          ...(loadCoupons === undefined ? {} : { refresh: couponSection(region, loadCoupons) }),
        },
      ]),
    ),
    classes,
  };
  return `# Written by the Lockstep playground; every role of every region reads this one file.\n${stringify(topology)}`;
}
