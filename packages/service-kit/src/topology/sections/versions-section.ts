import { Type } from 'typebox';

import { positiveInteger } from './positive-integer.ts';

/** What a region knows of the versions of rows; each app that writes or applies them reads the same. As `versions` of `createReceiver`. */
export interface VersionsRegion {
  /** Bytes in Redis that they may take: the length of each key and 160. @default 134217728 */
  readonly maxBytes?: number;
  /** How long a version is known after the row was last written: at least half of it. @default 86400000 */
  readonly keepMs?: number;
  /** How far the clocks of the Redis servers may be apart, with the longest write. @default 60000 */
  readonly maxSkewMs?: number;
}

/** The section `versions` of a region. */
export const versionsSchema: Type.TSchema = Type.Object(
  {
    maxBytes: Type.Optional(positiveInteger(134_217_728)),
    keepMs: Type.Optional(positiveInteger(86_400_000)),
    maxSkewMs: Type.Optional(positiveInteger(60_000)),
  },
  { additionalProperties: false, examples: ['{ maxBytes: 134217728 }'] },
);
