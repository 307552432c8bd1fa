import { Type } from 'typebox';

import { failovers, type PoolNode, type RegionPool } from '../pool-topology.ts';
import { hostPortOf } from '../address.ts';
import { ringNameOf, ringOptionsOf } from '../ring-options.ts';
import { positiveInteger } from './positive-integer.ts';

/** A pool as the file has it. */
export interface PoolDocument extends Omit<RegionPool, 'hash' | 'ring' | 'nodes' | 'keys'> {
  readonly hash?: unknown;
  readonly preset?: unknown;
  readonly nodes: readonly NodeDocument[];
}

/** A node as the file has it. */
export interface NodeDocument {
  readonly name: string;
  readonly address: string;
  readonly weight?: number;
  readonly label?: string;
}

const nodeSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, examples: ['east-1'] }),
    address: Type.String({ examples: ['127.0.0.1:11211'] }),
    weight: Type.Optional(positiveInteger(1)),
    label: Type.Optional(Type.String({ minLength: 1, examples: ['cache-1'] })),
  },
  { additionalProperties: false, examples: ['{ name: east-1, address: 127.0.0.1:11211 }'] },
);

/** One memcached pool. What `hash` and `preset` hold is looked at by building the ring. */
export const poolSchema: Type.TSchema = Type.Object(
  {
    hash: Type.Optional(Type.Unknown({ examples: ['ketama'] })),
    preset: Type.Optional(Type.Unknown({ examples: ['{ phpMemcached: {} }'] })),
    nodes: Type.Array(nodeSchema, { minItems: 1, examples: ['[{ name: east-1, address: 127.0.0.1:11211 }]'] }),
    failover: Type.Optional(Type.Enum([...failovers], { examples: ['miss'] })),
    gutter: Type.Optional(Type.String({ minLength: 1, examples: ['spare'] })),
    failoverTtlSeconds: Type.Optional(positiveInteger(10)),
    onReturn: Type.Optional(Type.Enum(['flush', 'keep'], { examples: ['flush'] })),
    timeoutMs: Type.Optional(positiveInteger(1000)),
    connectTimeoutMs: Type.Optional(positiveInteger(1000)),
  },
  { additionalProperties: false, examples: ['{ nodes: [{ name: east-1, address: 127.0.0.1:11211 }] }'] },
);

/** Pools beside the default one, by name. */
export const poolsSchema: Type.TSchema = Type.Record(Type.String(), poolSchema, {
  examples: ['{ spare: { nodes: [{ name: spare-1, address: 127.0.0.1:11212 }] } }'],
});

/** Makes a pool of a document that broke no rule; `hasBinaryKeys` when its keys may be any bytes. */
export function toPool({ hash, preset, nodes, ...rest }: PoolDocument, hasBinaryKeys: boolean): RegionPool {
  const ring = ringOptionsOf({ hash, preset });
  return {
    hash: ringNameOf(ring),
    ...(hash === undefined && preset === undefined
      ? {}
      : typeof hash === 'string' && hash === 'ketama'
        ? {}
        : { ring }),
    nodes: nodes.map((member) => toNode(member)),
    ...rest,
    ...(hasBinaryKeys ? { keys: 'binary' } : {}),
  };
}

/** Makes a node of a document that broke no rule. */
export function toNode({ name, address, weight = 1, label }: NodeDocument): PoolNode {
  const shared = { name, address, weight, ...(label === undefined ? {} : { label }) };
  return address.startsWith('/') ? { ...shared, host: address } : { ...shared, ...hostPortOf(address) };
}
