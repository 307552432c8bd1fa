import type { LookupFunction } from 'node:net';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';

import { describeError } from '@lockstep/core';

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
   * arrived, within the deadline of the call and a budget: a tenth of the calls of the last ten to twenty
   * seconds, and three more. Writes, calls that ask for a lease and calls that set a time to live are never
   * sent twice. A read that was the first to see a stale value has lost the right to refresh it with the
   * connection, repeated or not: memcached has given it away and tells nobody else to refresh.
   *
   * @default 'idempotent'
   */
  readonly retry?: 'idempotent' | 'never';
  /**
   * When a call is written while nothing is under way: `now`, at the end of the callback that makes it; `turn`, with
   * those of all callbacks of this turn of the event loop. `turn` is for servers, in which every client's request is a
   * callback of its own: fewer system calls, and a twentieth more time for calls that are made one after another.
   *
   * @default 'now'
   */
  readonly flush?: 'now' | 'turn';
}

/** How a connection is encrypted, with what all connections have in common made once. */
export interface ResolvedTlsOptions extends TlsOptions {
  readonly secureContext: SecureContext;
}

/** The options with their defaults. */
export interface ResolvedTransportOptions {
  readonly tls: ResolvedTlsOptions | undefined;
  readonly lookup: LookupFunction | undefined;
  readonly laneBytes: number;
  readonly retry: 'idempotent' | 'never';
  readonly flush: 'now' | 'turn';
}

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option that makes no sense.
 */
export function resolveTransportOptions(options: TransportOptions): ResolvedTransportOptions {
  const { tls, lookup, laneBytes = 32 * 1024, retry = 'idempotent', flush = 'now' } = options;
  if (!(laneBytes > 0)) throw new RangeError(`laneBytes must be a positive number, got ${laneBytes}`);
  if (retry !== 'idempotent' && retry !== 'never') {
    throw new TypeError(`retry must be 'idempotent' or 'never', got ${String(retry)}`);
  }
  if (flush !== 'now' && flush !== 'turn') {
    throw new TypeError(`flush must be 'now' or 'turn', got ${String(flush)}`);
  }
  if (lookup !== undefined && typeof lookup !== 'function') {
    throw new TypeError(`lookup must be a function, got ${typeof lookup}`);
  }
  return { tls: resolveTls(tls), lookup, laneBytes, retry, flush };
}

function resolveTls(tls: boolean | TlsOptions | undefined): ResolvedTlsOptions | undefined {
  if (tls === undefined || tls === false) return undefined;
  if (tls !== true && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError(`tls must be true, false or an object, got ${tls === null ? 'null' : typeof tls}`);
  }
  const options = tls === true ? {} : tls;
  if (options.servername !== undefined && typeof options.servername !== 'string') {
    throw new TypeError(`tls.servername must be a string, got ${typeof options.servername}`);
  }
  try {
    return { ...options, secureContext: createSecureContext(options) };
  } catch (cause) {
    throw new TypeError(`tls makes no sense: ${describeError(cause)}`, { cause });
  }
}
