import type { RingNode } from '../ring/ring.ts';

/** The port that most memcached clients leave out of a label. */
export const DEFAULT_PORT = 11211;

/** libmemcached's label: `host` on port 11211, `host:port` on any other, and `path:0` for a unix socket. */
export function hostUnlessDefaultPort({ host, port = DEFAULT_PORT, label }: RingNode): string {
  if (label !== undefined) return label;
  if (isSocket(host)) return `${host}:0`;
  return port === DEFAULT_PORT ? host : `${host}:${port}`;
}

/** Whether a host is the path of a unix socket. */
export function isSocket(host: string): boolean {
  return host.startsWith('/');
}
