import type { RingNode } from '../ring/ring.ts';

/** An address, its port, and what mcrouter may have behind it: protocol, security and so on. */
const SERVER = /^(?:\[(?<ipv6>[^\]]+)\]|(?<name>[^:[\]]+)):(?<port>\d+)(?::.*)?$/;

/**
 * Reads a server of an mcrouter pool: `host:port`, `[::1]:port`, each with `:protocol` and so on behind it.
 *
 * @param subject whose server it is, for the message.
 * @throws RangeError for anything else.
 */
export function readMcrouterServer(subject: string, server: unknown): RingNode {
  const { ipv6, name, port } = (typeof server === 'string' && SERVER.exec(server)?.groups) || {};
  const host = ipv6 ?? name;
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new RangeError(`${subject} has a server that is not of the form "host:port": ${JSON.stringify(server)}`);
}
