import { Type } from 'typebox';

import type { ListenAddress } from '../proxy-topology.ts';
import { listenExample, listenSchema } from './listen-section.ts';
import { positiveInteger } from './positive-integer.ts';
import { toListen } from './proxy-section.ts';

/** What a region's shipper does, besides where it listens. */
export interface ShipperRegion {
  readonly http: ListenAddress;
  /** Most bytes per second to each of the other regions, as they are on the wire. @default no bound */
  readonly maxBytesPerSecond?: number;
  /** Most batches of one shard on their way at once. @default 8 */
  readonly maxWindow?: number;
  /** How batches are compressed. @default 'brotli' */
  readonly compression?: 'identity' | 'brotli' | 'zstd';
}

/** The section as the file has it. */
export interface ShipperDocument extends Omit<ShipperRegion, 'http'> {
  readonly http: string;
}

/** The section `shipper` of a region. */
export const shipperSchema: Type.TSchema = Type.Object(
  {
    http: listenSchema,
    maxBytesPerSecond: Type.Optional(positiveInteger(10_000_000)),
    maxWindow: Type.Optional(positiveInteger(8, 1000)),
    compression: Type.Optional(Type.Enum(['identity', 'brotli', 'zstd'], { examples: ['brotli'] })),
  },
  { additionalProperties: false, examples: [`{ http: ${listenExample} }`] },
);

/** Makes the section of a document that broke no rule. */
export function toShipper({ http, ...rest }: ShipperDocument): ShipperRegion {
  return { http: toListen(http), ...rest };
}
