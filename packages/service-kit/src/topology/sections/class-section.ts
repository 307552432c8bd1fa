import { Type } from 'typebox';

import { positiveInteger } from './positive-integer.ts';

/** One class of keys. */
export const classSchema: Type.TSchema = Type.Object(
  {
    prefix: Type.String({ examples: ['"user:"'] }),
    policy: Type.Enum(['invalidate', 'replicate', 'replicate-versioned', 'none'], { examples: ['replicate'] }),
    pools: Type.Optional(
      Type.Array(Type.String({ minLength: 1, examples: ['main'] }), { minItems: 1, examples: ['[main, spare]'] }),
    ),
    reads: Type.Optional(Type.Enum(['first', 'miss-failover', 'fastest'], { examples: ['first'] })),
    writes: Type.Optional(Type.Enum(['all', 'first-success', 'async'], { examples: ['all'] })),
    minTtlSeconds: Type.Optional(positiveInteger(10)),
    maxTtlSeconds: Type.Optional(positiveInteger(3600)),
    readOnly: Type.Optional(Type.Boolean({ examples: ['true'] })),
    shadow: Type.Optional(Type.String({ minLength: 1, examples: ['spare'] })),
  },
  { additionalProperties: false, examples: ['{ prefix: "user:", policy: replicate }'] },
);
