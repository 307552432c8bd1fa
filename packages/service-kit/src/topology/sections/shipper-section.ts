import { Type } from 'typebox';

import type { ListenAddress, TlsFiles } from '../proxy-topology.ts';
import { listenExample, listenSchema, tlsSchema } from './listen-section.ts';
import { positiveInteger } from './positive-integer.ts';
import { toListen } from './proxy-section.ts';

/** What a region's shipper does, besides where it listens. */
export interface ShipperRegion {
  readonly http: ListenAddress;
  /** Most bytes per second to each of the other regions, as they are on the wire. @default no bound */
  readonly maxBytesPerSecond?: number;
  /** Most batches of one shard on their way at once. @default 8 */
  readonly maxWindow?: number;
  /**
   * Bytes of the journal that stay in Redis after every region has confirmed them: to find conflicts after a restart,
   * and to replay. @default 33554432
   */
  readonly retainBytes?: number;
  /** Takes writes over HTTP at `http`, from those who show the token in `LOCKSTEP_SECRET_<NAME>`. @default not */
  readonly ingest?: { readonly secret: string };
  /** What it shows to receivers that ask who is there, and who may have signed what they show. @default nothing is shown */
  readonly tls?: TlsFiles;
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
    retainBytes: Type.Optional(positiveInteger(33_554_432)),
    ingest: Type.Optional(
      Type.Object(
        { secret: Type.String({ pattern: '^[A-Z0-9_]+$', examples: ['JOURNAL'] }) },
        { additionalProperties: false, examples: ['{ secret: JOURNAL }'] },
      ),
    ),
    tls: Type.Optional(tlsSchema),
    compression: Type.Optional(Type.Enum(['identity', 'brotli', 'zstd'], { examples: ['brotli'] })),
  },
  { additionalProperties: false, examples: [`{ http: ${listenExample} }`] },
);

/** Makes the section of a document that broke no rule. */
export function toShipper({ http, ...rest }: ShipperDocument): ShipperRegion {
  return { http: toListen(http), ...rest };
}
