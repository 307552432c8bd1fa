import type { RingNode } from '../ring/ring.ts';
import { socketPath } from './socket-path.ts';

/** The port that most memcached clients leave out of a label. */
export const DEFAULT_PORT = 11211;

/** libmemcached's label: `host` on port 11211, `host:port` on any other, and `path:0` for a unix socket. */
export function hostUnlessDefaultPort({ host, port = DEFAULT_PORT, label }: RingNode): string {
  if (label !== undefined) return label;
  const path = socketPath(host);
  if (path !== undefined) return `${path}:0`;
  return port === DEFAULT_PORT ? host : `${host}:${port}`;
}

/** Whether a host is a unix socket: its path, or `unix:` and the path. */
export function isSocket(host: string): boolean {
  return socketPath(host) !== undefined;
}
