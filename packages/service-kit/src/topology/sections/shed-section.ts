import { Type } from 'typebox';

import { positiveInteger } from './positive-integer.ts';

/** From what on a proxy answers 503 over HTTP instead of queueing. Each is off without a value. */
export interface ProxyShed {
  /** Mean delay of the event loop over a second, in milliseconds. */
  readonly maxEventLoopDelayMs?: number;
  /** Share of a second that the event loop was busy, above 0 and at most 1. */
  readonly maxEventLoopUtilization?: number;
  readonly maxHeapUsedBytes?: number;
  readonly maxRssBytes?: number;
}

/** The section `limits.shed` of a proxy. */
export const shedSchema: Type.TSchema = Type.Object(
  {
    maxEventLoopDelayMs: Type.Optional(positiveInteger(200)),
    maxEventLoopUtilization: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, examples: [0.98] })),
    maxHeapUsedBytes: Type.Optional(positiveInteger(1_073_741_824)),
    maxRssBytes: Type.Optional(positiveInteger(2_147_483_648)),
  },
  { additionalProperties: false, examples: ['{ maxEventLoopDelayMs: 200 }'] },
);
