import { Type } from 'typebox';

import { hostPortOf } from '../address.ts';
import { positiveInteger } from './positive-integer.ts';

/** One server of queues that speaks the memcached protocol. */
export interface QueueNode {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** The queues that the HTTP face streams from. */
export interface ProxyQueues {
  readonly nodes: readonly QueueNode[];
  /** Names of the queues that clients may read; required, since reading takes items away. */
  readonly allow: readonly string[];
  /**
   * `reliable` confirms what a client got; `plain` takes and hopes; `polled` does so with servers that know no options
   * in the key, such as MemcacheQ.
   *
   * @default 'reliable'
   */
  readonly mode?: 'reliable' | 'plain' | 'polled';
  readonly maxInFlightPerNode?: number;
  /** 10 to 60000 with `polled`. @default 500 */
  readonly pollMs?: number;
  readonly heartbeatMs?: number;
  readonly idleMs?: number;
}

/** The section as the file has it. */
export interface QueuesDocument extends Omit<ProxyQueues, 'nodes'> {
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
}

/** The section `queues` of a proxy. */
export const queuesSchema: Type.TSchema = Type.Object(
  {
    nodes: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, examples: ['queue-1'] }),
          address: Type.String({ examples: ['127.0.0.1:22133'] }),
        },
        { additionalProperties: false, examples: ['{ name: queue-1, address: 127.0.0.1:22133 }'] },
      ),
      { minItems: 1, examples: ['[{ name: queue-1, address: 127.0.0.1:22133 }]'] },
    ),
    allow: Type.Array(Type.String({ minLength: 1, examples: ['jobs'] }), { minItems: 1, examples: ['[jobs]'] }),
    mode: Type.Optional(Type.Enum(['reliable', 'plain', 'polled'], { examples: ['reliable'] })),
    maxInFlightPerNode: Type.Optional(positiveInteger(1)),
    pollMs: Type.Optional(positiveInteger(500)),
    heartbeatMs: Type.Optional(positiveInteger(15_000)),
    idleMs: Type.Optional(positiveInteger(60_000)),
  },
  { additionalProperties: false, examples: ['{ nodes: […], allow: [jobs] }'] },
);

/** Makes the section of a document that broke no rule. */
export function toQueues({ nodes, ...rest }: QueuesDocument): ProxyQueues {
  return { nodes: nodes.map(({ name, address }) => ({ name, ...hostPortOf(address) })), ...rest };
}
