import { Type } from 'typebox';

import { parseRedisUrl } from '../redis/redis-url.ts';
import { type HostPort, parseHostPort } from './address.ts';
import type { ListenAddress, PoolNode, Region, Topology } from './topology.ts';

const redisExample = 'redis://127.0.0.1:6379';
const listenExample = '127.0.0.1:8080';
const closed = { additionalProperties: false } as const;

const listenSchema = Type.String({ examples: [listenExample] });

const nodeSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, examples: ['east-1'] }),
    address: Type.String({ examples: ['127.0.0.1:11211'] }),
    weight: Type.Optional(Type.Integer({ minimum: 1, examples: [1] })),
  },
  { ...closed, examples: ['{ name: east-1, address: 127.0.0.1:11211 }'] },
);

const regionSchema = Type.Object(
  {
    redis: Type.String({ examples: [redisExample] }),
    pool: Type.Object(
      {
        hash: Type.Optional(Type.Enum(['ketama'])),
        nodes: Type.Array(nodeSchema, { minItems: 1, examples: ['[{ name: east-1, address: 127.0.0.1:11211 }]'] }),
      },
      { ...closed, examples: ['{ nodes: [{ name: east-1, address: 127.0.0.1:11211 }] }'] },
    ),
    proxy: Type.Object(
      { http: listenSchema, memcached: listenSchema },
      { ...closed, examples: [`{ http: ${listenExample}, memcached: 127.0.0.1:11211 }`] },
    ),
    shipper: Type.Object({ http: listenSchema }, { ...closed, examples: [`{ http: ${listenExample} }`] }),
    receiver: Type.Object(
      { http: listenSchema, url: Type.Optional(Type.String({ examples: ['http://10.0.0.1:8080'] })) },
      { ...closed, examples: [`{ http: ${listenExample} }`] },
    ),
  },
  { ...closed, examples: [`{ redis: ${redisExample}, pool: …, proxy: …, shipper: …, receiver: … }`] },
);

const classSchema = Type.Object(
  {
    prefix: Type.String({ examples: ['"user:"'] }),
    policy: Type.Enum(['invalidate', 'replicate', 'none'], { examples: ['replicate'] }),
  },
  { ...closed, examples: ['{ prefix: "user:", policy: replicate }'] },
);

const fileSchema = Type.Object(
  {
    version: Type.Literal(1, { examples: [1] }),
    regions: Type.Record(Type.String(), regionSchema, { minProperties: 1, examples: ['{ east: … }'] }),
    classes: Type.Optional(Type.Array(classSchema, { examples: ['[{ prefix: "user:", policy: replicate }]'] })),
  },
  closed,
);

/** The shape of a topology file, as JSON Schema. */
export const topologySchema: Type.TSchema = fileSchema;

type TopologyFile = Type.Static<typeof fileSchema>;

/** Makes a topology of a document that has the shape of `topologySchema` and broke no rule. */
export function toTopology(document: unknown, fileName: string): Topology {
  const { version, regions, classes = [] } = document as TopologyFile;
  return {
    file: fileName,
    version,
    regions: new Map(Object.entries(regions).map(([name, region]) => [name, toRegion(name, region)])),
    classes,
  };
}

function toRegion(name: string, region: TopologyFile['regions'][string]): Region {
  const { redis, pool, proxy, shipper, receiver } = region;
  return {
    name,
    redis,
    redisAddress: toRedisAddress(redis),
    pool: { hash: pool.hash ?? 'ketama', nodes: pool.nodes.map((member) => toNode(member)) },
    proxy: { http: toListen(proxy.http), memcached: toListen(proxy.memcached) },
    shipper: { http: toListen(shipper.http) },
    receiver: { http: toListen(receiver.http), url: receiver.url ?? `http://${receiver.http}` },
  };
}

function toRedisAddress(url: string): string {
  const parsed = parseRedisUrl(url);
  if ('problem' in parsed) throw new TypeError(parsed.problem);
  return parsed.address;
}

function toNode({ name, address, weight = 1 }: Type.Static<typeof nodeSchema>): PoolNode {
  return address.startsWith('/')
    ? { name, address, host: address, weight }
    : { name, address, ...hostPortOf(address), weight };
}

function toListen(text: string): ListenAddress {
  return { ...hostPortOf(text), text };
}

function hostPortOf(text: string): HostPort {
  const parsed = parseHostPort(text, listenExample);
  if ('problem' in parsed) throw new TypeError(parsed.problem);
  return parsed;
}
