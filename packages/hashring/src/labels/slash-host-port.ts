import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT } from './host-unless-default-port.ts';
import { socketPath } from './socket-path.ts';

/** What libmemcached takes for spymemcached's label: `/host:port`, and `//path:0` for a unix socket. */
export function slashHostPort({ host, port = DEFAULT_PORT, label }: RingNode): string {
  const path = socketPath(host);
  return label ?? (path === undefined ? `/${host}:${port}` : `/${path}:0`);
}
