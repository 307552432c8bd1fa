import { Type } from 'typebox';

import { hostPortOf } from '../address.ts';
import type { ListenAddress, MemcachedListener, ProxyRegion } from '../proxy-topology.ts';
import { limitsSchema } from './limits-section.ts';
import { type ListenerDocument, listenExample, listenSchema } from './listen-section.ts';
import { type QueuesDocument, queuesSchema, toQueues } from './queues-section.ts';
import { templatesSchema } from './templates-section.ts';
import { tokensSchema } from './tokens-section.ts';
import { valuesSchema } from './values-section.ts';

/** The section as the file has it. */
export interface ProxyDocument extends Omit<ProxyRegion, 'http' | 'memcached' | 'queues'> {
  readonly http: string;
  readonly memcached: ListenerDocument | readonly ListenerDocument[];
  readonly queues?: QueuesDocument;
}

const cidrsSchema = Type.Array(Type.String({ minLength: 1, examples: ['10.0.0.0/8'] }), { examples: ['[10.0.0.0/8]'] });

/** The section `proxy` of a region. Listeners and `workers` are looked at by rules of their own. */
export const proxySchema: Type.TSchema = Type.Object(
  {
    http: listenSchema,
    memcached: Type.Unknown({ examples: [listenExample] }),
    workers: Type.Optional(Type.Unknown({ examples: ['auto'] })),
    limits: Type.Optional(limitsSchema),
    tokens: Type.Optional(tokensSchema),
    anonymous: Type.Optional(
      Type.Array(Type.Enum(['read', 'write'], { examples: ['read'] }), { examples: ['[read]'] }),
    ),
    trustedProxies: Type.Optional(cidrsSchema),
    forwardedHeader: Type.Optional(Type.Enum(['x-forwarded-for', 'forwarded'], { examples: ['x-forwarded-for'] })),
    allow: Type.Optional(cidrsSchema),
    bans: Type.Optional(cidrsSchema),
    values: Type.Optional(valuesSchema),
    templates: Type.Optional(templatesSchema),
    queues: Type.Optional(queuesSchema),
    fastLane: Type.Optional(Type.Boolean({ examples: ['false'] })),
    spool: Type.Optional(
      Type.Object(
        { directory: Type.String({ minLength: 1, examples: ['/var/lib/lockstep/spool'] }) },
        { additionalProperties: false, examples: ['{ directory: /var/lib/lockstep/spool }'] },
      ),
    ),
    flushAll: Type.Optional(Type.Enum(['refuse', 'allow'], { examples: ['refuse'] })),
    metaKeys: Type.Optional(Type.Enum(['text', 'binary'], { examples: ['text'] })),
  },
  { additionalProperties: false, examples: [`{ http: ${listenExample}, memcached: 127.0.0.1:11211 }`] },
);

/** Makes the section of a document that broke no rule. */
export function toProxy({ http, memcached, queues, ...rest }: ProxyDocument): ProxyRegion {
  return {
    http: toListen(http),
    memcached: Array.isArray(memcached)
      ? memcached.map((listener: ListenerDocument) => toListener(listener))
      : toListener(memcached as ListenerDocument),
    ...rest,
    ...(queues === undefined ? {} : { queues: toQueues(queues) }),
  };
}

/** Makes a listen address of a text that is one. */
export function toListen(text: string): ListenAddress {
  return { ...hostPortOf(text), text };
}

function toListener(document: ListenerDocument): MemcachedListener {
  const { address, tls, mode } = typeof document === 'string' ? only(document) : document;
  if (address.startsWith('/')) {
    return { path: address, text: address, ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }) };
  }
  return tls === undefined ? toListen(address) : { ...toListen(address), tls };
}

function only(address: string): Exclude<ListenerDocument, string> {
  return { address };
}
