import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT } from './host-unless-default-port.ts';
import { socketPath } from './socket-path.ts';

/** PECL memcache's label: `host:port`, also on port 11211, and `unix:///path:0` for a unix socket. */
export function peclServer({ host, port = DEFAULT_PORT, label }: RingNode): string {
  if (label !== undefined) return label;
  const path = socketPath(host);
  return path === undefined ? `${host}:${port}` : `unix://${path}:0`;
}
