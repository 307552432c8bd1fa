import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT } from './host-unless-default-port.ts';

/** The order of libmemcached's `SORT_HOSTS`: the bytes of the host, then the port. */
export function compareHosts(a: RingNode, b: RingNode): number {
  const { port = DEFAULT_PORT } = a;
  return Buffer.compare(Buffer.from(a.host), Buffer.from(b.host)) || port - (b.port ?? DEFAULT_PORT);
}
