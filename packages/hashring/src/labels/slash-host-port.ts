import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT, isSocket } from './host-unless-default-port.ts';

/** What libmemcached takes for spymemcached's label: `/host:port`, and `//path:0` for a unix socket. */
export function slashHostPort({ host, port = DEFAULT_PORT, label }: RingNode): string {
  return label ?? `/${host}:${isSocket(host) ? 0 : port}`;
}
