import { Type } from 'typebox';

import type { ConsumerQueue, ConsumerRegion } from '../consumer-topology.ts';
import { listenExample } from './listen-section.ts';
import { positiveInteger } from './positive-integer.ts';
import { toListen } from './proxy-section.ts';

/** The section as the file has it. */
export interface ConsumerDocument {
  readonly http: string | readonly string[];
  readonly queues: Readonly<Record<string, ConsumerQueue>>;
}

const closed = { additionalProperties: false } as const;
const name = (example: string): Type.TSchema => Type.String({ minLength: 1, examples: [example] });

const queueSchema = Type.Object(
  {
    source: Type.Object(
      {
        stream: Type.Optional(name('policies')),
        trim: Type.Optional(Type.Boolean({ examples: ['true'] })),
        amqp: Type.Optional(Type.String({ examples: ['amqp://10.0.0.9:5672'] })),
        queue: Type.Optional(name('policies')),
      },
      { ...closed, examples: ['{ stream: policies }'] },
    ),
    sink: Type.Object(
      {
        url: Type.String({ examples: ['http://10.0.0.8:3000/policies'] }),
        timeoutMs: Type.Optional(positiveInteger(10_000, 3_600_000)),
        batch: Type.Optional(positiveInteger(100, 1000)),
      },
      { ...closed, examples: ['{ url: http://10.0.0.8:3000/policies }'] },
    ),
    lanes: Type.Optional(
      Type.Object(
        { by: name('/policy/id'), parallel: Type.Optional(positiveInteger(8, 256)) },
        { ...closed, examples: ['{ by: /policy/id }'] },
      ),
    ),
    retry: Type.Optional(
      Type.Object(
        {
          minMs: Type.Optional(positiveInteger(100, 3_600_000)),
          maxMs: Type.Optional(positiveInteger(30_000, 3_600_000)),
        },
        { ...closed, examples: ['{ minMs: 100, maxMs: 30000 }'] },
      ),
    ),
    poison: Type.Optional(
      Type.Object(
        {
          tries: Type.Optional(positiveInteger(5)),
          action: Type.Optional(Type.Enum(['bury', 'stop'], { examples: ['bury'] })),
          stream: Type.Optional(name('policies:dead')),
          max: Type.Optional(positiveInteger(100_000)),
        },
        { ...closed, examples: ['{ tries: 5, action: bury }'] },
      ),
    ),
    window: Type.Optional(positiveInteger(1000, 2000)),
    leaseMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_600_000, examples: [6000] })),
  },
  { ...closed, examples: ['{ source: { stream: policies }, sink: { url: … } }'] },
);

/** The section `consumer` of a region. Addresses and names are looked at by rules of their own. */
export const consumerSchema: Type.TSchema = Type.Object(
  {
    http: Type.Unknown({ examples: [listenExample] }),
    queues: Type.Record(Type.String(), queueSchema, { minProperties: 1, examples: ['{ policies: … }'] }),
  },
  { ...closed, examples: [`{ http: ${listenExample}, queues: … }`] },
);

/** Makes the section of a document that broke no rule. */
export function toConsumer({ http, queues }: ConsumerDocument): ConsumerRegion {
  const addresses = typeof http === 'string' ? [http] : http;
  return { http: addresses.map((address) => toListen(address)), queues: new Map(Object.entries(queues)) };
}
