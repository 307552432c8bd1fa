import type { LookupFunction } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** How a connection is encrypted; see node:tls for each. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername' | 'minVersion'
>;

/** How the driver of the meta protocol reaches its node. */
export interface TransportOptions {
  /** Speaks TLS to the server; `true` is the same as `{}`. @default no TLS */
  readonly tls?: boolean | TlsOptions | undefined;
  /** Resolves host names, before every connection. @default dns.lookup */
  readonly lookup?: LookupFunction | undefined;
  /**
   * Values of that many bytes and more travel over a second connection, so that small ones do not wait
   * for them. It is opened for the first of them. Infinity keeps everything on one connection.
   *
   * @default 32768
   */
  readonly laneBytes?: number;
  /**
   * `idempotent` sends a plain read once more when its connection was lost before anything of its answer
   * arrived, within the deadline of the call, for at most a tenth of all calls. Writes, leases and calls
   * that set a time to live are never sent twice.
   *
   * @default 'idempotent'
   */
  readonly retry?: 'idempotent' | 'never';
}

/** The options with their defaults. */
export interface ResolvedTransportOptions {
  readonly tls: TlsOptions | undefined;
  readonly lookup: LookupFunction | undefined;
  readonly laneBytes: number;
  readonly retry: 'idempotent' | 'never';
}

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option that makes no sense.
 */
export function resolveTransportOptions(options: TransportOptions): ResolvedTransportOptions {
  const { tls, lookup, laneBytes = 32 * 1024, retry = 'idempotent' } = options;
  if (!(laneBytes > 0)) throw new RangeError(`laneBytes must be a positive number, got ${laneBytes}`);
  if (retry !== 'idempotent' && retry !== 'never') {
    throw new TypeError(`retry must be 'idempotent' or 'never', got ${String(retry)}`);
  }
  return { tls: tls === true ? {} : tls === false ? undefined : tls, lookup, laneBytes, retry };
}
