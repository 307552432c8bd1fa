import type { ProxyLimits } from './sections/limits-section.ts';
import type { ProxyQueues } from './sections/queues-section.ts';
import type { TemplateRoute } from './sections/templates-section.ts';
import type { ProxyToken } from './sections/tokens-section.ts';
import type { ProxyValues } from './sections/values-section.ts';

/** Where something listens. */
export interface ListenAddress {
  /** Host name, IPv4, or IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port` as the file has it. */
  readonly text: string;
}

/** The files of a certificate, of a TLS listener or of a client. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Certificates that the other side must be signed by. @default clients need none, servers those that Node knows */
  readonly caFile?: string;
}

/** Where the memcached face listens: a TCP address, with TLS or without, or a unix socket. */
export type MemcachedListener =
  | (ListenAddress & { readonly tls?: TlsFiles })
  | {
      /** Absolute. */
      readonly path: string;
      readonly text: string;
      /** Permissions of the socket, such as 0o660. @default what the process's umask leaves */
      readonly mode?: number;
    };

/** The proxies of a region. */
export interface ProxyRegion {
  readonly http: ListenAddress;
  /** One listener, or several where the file has a list. */
  readonly memcached: MemcachedListener | readonly MemcachedListener[];
  /** Processes per proxy; `auto` is one per core. @default 1 */
  readonly workers?: number | 'auto';
  readonly limits?: ProxyLimits;
  /** @default no token is asked for */
  readonly tokens?: readonly ProxyToken[];
  /** What a client without a token may do, where there are tokens. @default nothing */
  readonly anonymous?: readonly ('read' | 'write')[];
  /** Networks whose `forwardedHeader` is believed; `unix` is who connects to a unix socket. @default none */
  readonly trustedProxies?: readonly string[];
  /** The one header in which they name the client; the other is not read. @default 'x-forwarded-for' */
  readonly forwardedHeader?: 'x-forwarded-for' | 'forwarded';
  /** The only networks that are let in. @default all */
  readonly allow?: readonly string[];
  /** Networks that are kept out. @default none */
  readonly bans?: readonly string[];
  /** How the HTTP face reads and writes keys and values. */
  readonly values?: ProxyValues;
  readonly templates?: readonly TemplateRoute[];
  readonly queues?: ProxyQueues;
  /** Whether plain reads over HTTP are answered past Fastify. @default true */
  readonly fastLane?: boolean;
  /** Where deletes that failed wait on disk while Redis is away. @default none: such a delete is an error */
  readonly spool?: { readonly directory: string };
  /** What `flush_all` does. @default 'refuse' */
  readonly flushAll?: 'refuse' | 'allow';
  /**
   * Which keys meta commands may bring in base64: those that are text, or any bytes. With `binary` in one region
   * the pools of all regions hold such keys.
   *
   * @default 'text'
   */
  readonly metaKeys?: 'text' | 'binary';
}

/** The listeners of the memcached face. */
export function memcachedListeners({ memcached }: Pick<ProxyRegion, 'memcached'>): readonly MemcachedListener[] {
  return Array.isArray(memcached) ? (memcached as readonly MemcachedListener[]) : [memcached as MemcachedListener];
}
