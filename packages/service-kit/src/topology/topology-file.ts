import { Type } from 'typebox';

import { parseRedisUrl } from '../redis/redis-url.ts';
import { classSchema } from './sections/class-section.ts';
import { type ConsumerDocument, consumerSchema, toConsumer } from './sections/consumer-section.ts';
import { journalSchema, type JournalRegion } from './sections/journal-section.ts';
import { type PoolDocument, poolSchema, poolsSchema, toPool } from './sections/pool-section.ts';
import { type ProxyDocument, proxySchema, toProxy } from './sections/proxy-section.ts';
import { type ReceiverDocument, receiverSchema, toReceiver } from './sections/receiver-section.ts';
import { type RefreshDocument, refreshSchema, toRefresh } from './sections/refresh-section.ts';
import { type ShipperDocument, shipperSchema, toShipper } from './sections/shipper-section.ts';
import { versionsSchema, type VersionsRegion } from './sections/versions-section.ts';
import type { KeyClass, Region, Topology } from './topology.ts';

const redisExample = 'redis://127.0.0.1:6379';
const closed = { additionalProperties: false } as const;

const regionSchema = Type.Object(
  {
    redis: Type.String({ examples: [redisExample] }),
    pool: poolSchema,
    pools: Type.Optional(poolsSchema),
    proxy: proxySchema,
    shipper: shipperSchema,
    receiver: receiverSchema,
    journal: Type.Optional(journalSchema),
    versions: Type.Optional(versionsSchema),
    consumer: Type.Optional(consumerSchema),
    refresh: Type.Optional(refreshSchema),
  },
  { ...closed, examples: [`{ redis: ${redisExample}, pool: …, proxy: …, shipper: …, receiver: … }`] },
);

/** The shape of a topology file, as JSON Schema. */
export const topologySchema: Type.TSchema = Type.Object(
  {
    version: Type.Literal(1, { examples: [1] }),
    regions: Type.Record(Type.String(), regionSchema, { minProperties: 1, examples: ['{ east: … }'] }),
    classes: Type.Optional(Type.Array(classSchema, { examples: ['[{ prefix: "user:", policy: replicate }]'] })),
  },
  closed,
);

interface RegionDocument {
  readonly redis: string;
  readonly pool: PoolDocument;
  readonly pools?: Readonly<Record<string, PoolDocument>>;
  readonly proxy: ProxyDocument;
  readonly shipper: ShipperDocument;
  readonly receiver: ReceiverDocument;
  readonly journal?: JournalRegion;
  readonly versions?: VersionsRegion;
  readonly consumer?: ConsumerDocument;
  readonly refresh?: RefreshDocument;
}

interface TopologyFile {
  readonly version: 1;
  readonly regions: Readonly<Record<string, RegionDocument>>;
  readonly classes?: readonly KeyClass[];
}

/** Makes a topology of a document that has the shape of `topologySchema` and broke no rule. */
export function toTopology(document: unknown, fileName: string): Topology {
  const { version, regions, classes = [] } = document as TopologyFile;
  // A write travels to every region, and so does its key.
  const hasBinaryKeys = Object.values(regions).some(({ proxy }) => proxy.metaKeys === 'binary');
  return {
    file: fileName,
    version,
    regions: new Map(Object.entries(regions).map(([name, region]) => [name, toRegion(name, region, hasBinaryKeys)])),
    classes,
  };
}

function toRegion(name: string, region: RegionDocument, hasBinaryKeys: boolean): Region {
  const { redis, pool, pools, proxy, shipper, receiver, journal, versions, consumer, refresh } = region;
  return {
    name,
    redis,
    redisAddress: toRedisAddress(redis),
    pool: toPool(pool, hasBinaryKeys),
    ...(pools === undefined
      ? {}
      : { pools: new Map(Object.entries(pools).map(([poolName, other]) => [poolName, toPool(other, hasBinaryKeys)])) }),
    proxy: toProxy(proxy),
    shipper: toShipper(shipper),
    receiver: toReceiver(receiver),
    ...(journal === undefined ? {} : { journal }),
    ...(versions === undefined ? {} : { versions }),
    ...(consumer === undefined ? {} : { consumer: toConsumer(consumer) }),
    ...(refresh === undefined ? {} : { refresh: toRefresh(refresh) }),
  };
}

function toRedisAddress(url: string): string {
  const parsed = parseRedisUrl(url);
  if ('problem' in parsed) throw new TypeError(parsed.problem);
  return parsed.address;
}
