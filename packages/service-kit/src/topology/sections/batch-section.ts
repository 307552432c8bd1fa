import { Type } from 'typebox';

import { positiveInteger } from './positive-integer.ts';

/** What one batch over HTTP may ask for. */
export interface ProxyBatch {
  /** Operations. @default 1000 */
  readonly maxOps?: number;
  /** Bytes of the request's body. @default 8388608 */
  readonly maxBytes?: number;
  /** Bytes of all values in the answer; what does not fit is an error of its own key. @default 33554432 */
  readonly maxReplyBytes?: number;
  /** Bytes of the values in all answers that are not sent yet, per worker; beyond it 503. @default 134217728 */
  readonly maxPendingReplyBytes?: number;
}

/** The section `limits.batch` of a proxy. */
export const batchSchema: Type.TSchema = Type.Object(
  {
    maxOps: Type.Optional(positiveInteger(1000)),
    maxBytes: Type.Optional(positiveInteger(8_388_608)),
    maxReplyBytes: Type.Optional(positiveInteger(33_554_432)),
    maxPendingReplyBytes: Type.Optional(positiveInteger(134_217_728)),
  },
  { additionalProperties: false, examples: ['{ maxOps: 1000 }'] },
);
