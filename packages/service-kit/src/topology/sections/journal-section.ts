import { Type } from 'typebox';

import { positiveInteger } from './positive-integer.ts';

/** What the journal of a region may hold; each app that writes to it reads the same. As the options of `createJournal`. */
export interface JournalRegion {
  /** Bytes in Redis for regions that are behind, an equal part for each shard. @default 268435456 */
  readonly maxStreamBytes?: number;
  /** Bytes in Redis of the keys that are noted where the streams are full, an equal part for each shard. @default 134217728 */
  readonly maxDirtyBytes?: number;
  /** Bytes of memory, in each process, of what waits for Redis. @default 16777216 */
  readonly maxQueueBytes?: number;
  /** `always` appends only to a Redis that syncs each write before it answers. @default 'redis' */
  readonly durability?: 'redis' | 'always';
}

/** The section `journal` of a region. */
export const journalSchema: Type.TSchema = Type.Object(
  {
    maxStreamBytes: Type.Optional(positiveInteger(268_435_456)),
    maxDirtyBytes: Type.Optional(positiveInteger(134_217_728)),
    maxQueueBytes: Type.Optional(positiveInteger(16_777_216)),
    durability: Type.Optional(Type.Enum(['redis', 'always'], { examples: ['always'] })),
  },
  { additionalProperties: false, examples: ['{ maxStreamBytes: 268435456 }'] },
);
