import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT } from './host-unless-default-port.ts';
import { javaAddress } from './java-address.ts';
import { socketPath } from './socket-path.ts';

/** How spymemcached's `KetamaNodeKeyFormatter` names a node. */
export type SpymemcachedFormat = 'SPYMEMCACHED' | 'LIBMEMCACHED';

/**
 * The names of spymemcached. Both depend on what the Java machine resolves:
 *
 * - `SPYMEMCACHED` is `address:port` for an IP address, and for a name `name/address:port`, which cannot be known here: give
 *   such a node the label `cache-1/10.0.0.1:11211`. Without, its label is that of a name which Java could not resolve,
 *   `name/<unresolved>:port`.
 * - `LIBMEMCACHED` is the host, with `:port` behind it unless that is 11211. For an IP address Java looks up its name:
 *   where it finds one, that is hashed, and has to be given as the host or the label.
 */
export function spymemcachedLabel(format: SpymemcachedFormat): (node: RingNode) => string {
  return ({ host, port = DEFAULT_PORT, label }) => {
    if (label !== undefined) return label;
    const path = socketPath(host);
    if (path !== undefined) return path;
    const address = javaAddress(host);
    if (format === 'SPYMEMCACHED') return `${socketAddress(host, address)}:${port}`;
    return `${address ?? host}${port === DEFAULT_PORT ? '' : `:${port}`}`;
  };
}

function socketAddress(host: string, address: string | undefined): string {
  if (address === undefined) return `${host}/<unresolved>`;
  return address.includes(':') ? `[${address}]` : address;
}
