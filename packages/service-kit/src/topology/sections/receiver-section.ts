import { Type } from 'typebox';

import type { ListenAddress, TlsFiles } from '../proxy-topology.ts';
import { listenExample, listenSchema, tlsSchema } from './listen-section.ts';
import { toListen } from './proxy-section.ts';

/** What a region's receiver does, besides where it listens. */
export interface ReceiverRegion {
  readonly http: ListenAddress;
  /** How other regions reach the receiver. */
  readonly url: string;
  /** Listens with TLS; with `caFile` shippers must show a certificate, probes and scrapers need none. @default no TLS */
  readonly tls?: TlsFiles;
  /**
   * Milliseconds after which a key of an `invalidate` class that another region deleted is deleted again: longer than
   * the database's replica here is behind, and than a reader takes. 0 does not. @default 1000
   */
  readonly secondDeleteMs?: number;
}

/** The section as the file has it. */
export interface ReceiverDocument extends Omit<ReceiverRegion, 'http' | 'url'> {
  readonly http: string;
  readonly url?: string;
}

/** The section `receiver` of a region. */
export const receiverSchema: Type.TSchema = Type.Object(
  {
    http: listenSchema,
    url: Type.Optional(Type.String({ examples: ['http://10.0.0.1:8080'] })),
    tls: Type.Optional(tlsSchema),
    secondDeleteMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000, examples: [1000] })),
  },
  { additionalProperties: false, examples: [`{ http: ${listenExample} }`] },
);

/** Makes the section of a document that broke no rule. */
export function toReceiver({ http, url, tls, ...rest }: ReceiverDocument): ReceiverRegion {
  const own = `${tls === undefined ? 'http' : 'https'}://${http}`;
  return { http: toListen(http), url: url ?? own, ...(tls === undefined ? {} : { tls }), ...rest };
}
