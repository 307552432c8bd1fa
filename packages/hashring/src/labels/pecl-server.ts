import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT, isSocket } from './host-unless-default-port.ts';

/** PECL memcache's label: `host:port`, also on port 11211, and `unix:///path:0` for a unix socket. */
export function peclServer({ host, port = DEFAULT_PORT, label }: RingNode): string {
  if (label !== undefined) return label;
  if (isSocket(host)) return `unix://${host}:0`;
  // As it is written in PHP.
  return host.startsWith('unix://') ? `${host}:0` : `${host}:${port}`;
}
