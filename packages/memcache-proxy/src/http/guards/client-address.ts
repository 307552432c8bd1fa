import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { parseAddressRange } from './address-range.ts';
import { type ForwardedHeader, forwardedHops } from './forwarded-hops.ts';
import { type IpAddress, parseIpAddress } from './ip-address.ts';
import { createRangeSet } from './range-set.ts';

/** Whose word counts for the address of a client. */
export interface AddressOptions {
  /**
   * The proxies that may name a client: addresses, CIDR ranges, and `unix` for whoever connects to a
   * Unix socket. @default [] (the address is that of the connection)
   */
  readonly trustProxy?: readonly string[];
  /**
   * The one header that they write; the other is not read, since a proxy that writes one may hand on
   * the other as the client sent it. @default 'x-forwarded-for'
   */
  readonly header?: ForwardedHeader;
}

/** Finds the address of a request's client; undefined for a Unix socket and for one that has gone. */
export interface ClientAddressReader {
  read(request: IncomingMessage): IpAddress | undefined;
}

const peer = Symbol('address of the peer');

interface KnownSocket extends Socket {
  [peer]?: IpAddress;
}

/** A connection has many requests and one peer. */
function peerOf(socket: KnownSocket): IpAddress | undefined {
  const known = socket[peer];
  if (known !== undefined) return known;
  const address = parseIpAddress(socket.remoteAddress ?? '');
  if (address !== undefined) socket[peer] = address;
  return address;
}

/**
 * Makes the rule for addresses: the client is the right-most hop that is no trusted proxy. Where a
 * hop is not an address, it is the proxy that reported it, so that a client can never pick its own.
 *
 * @throws RangeError for a proxy that is neither an address, a range nor `unix`.
 */
export function createClientAddressReader(options: AddressOptions = {}): ClientAddressReader {
  const { trustProxy = [], header = 'x-forwarded-for' } = options;
  const trustsUnix = trustProxy.includes('unix');
  const ranges = trustProxy.filter((proxy) => proxy !== 'unix').map((proxy) => parseAddressRange(proxy));
  const trusted = createRangeSet(ranges.map((range) => ({ range, untilMs: Number.POSITIVE_INFINITY })));
  const isTrusted = (address: IpAddress | undefined): boolean =>
    address === undefined ? trustsUnix : trusted.has(address, 0);

  return {
    read(request) {
      let client = peerOf(request.socket);
      if (trustProxy.length === 0 || !isTrusted(client)) return client;
      const value = request.headers[header];
      if (value === undefined) return client;
      for (const hop of forwardedHops(header, String(value))) {
        if (hop === undefined) return client;
        client = hop;
        if (!trusted.has(hop, 0)) return client;
      }
      return client;
    },
  };
}
