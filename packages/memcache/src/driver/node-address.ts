/** Where one memcached server listens. */
export type NodeAddress =
  | {
      /** Host name, IPv4 or IPv6 address. */
      readonly host: string;
      /** @default 11211 */
      readonly port?: number;
    }
  | {
      /** Path of a unix socket. */
      readonly socketPath: string;
    };

/** The port that memcached listens on unless told otherwise. */
export const defaultPort = 11211;

/** The address as one word, for messages: `host:port`, `[::1]:port` or a path. */
export function describeAddress(address: NodeAddress): string {
  if ('socketPath' in address) return address.socketPath;
  const { host, port = defaultPort } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The address without what is undefined in it.
 *
 * @throws TypeError when it has neither host nor path, RangeError when the port is none.
 */
export function checkAddress(address: NodeAddress): NodeAddress {
  if ('socketPath' in address && address.socketPath !== undefined) return { socketPath: address.socketPath };
  const { host, port = defaultPort } = address as { host?: string; port?: number };
  if (typeof host !== 'string' || host === '')
    throw new TypeError('the address of a node needs a host or a socketPath');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError(`the port of ${host} must be an integer from 1 to 65535, got ${port}`);
  }
  return { host, port };
}
