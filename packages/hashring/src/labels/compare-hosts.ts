import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT } from './host-unless-default-port.ts';
import { socketPath } from './socket-path.ts';

/** The order of libmemcached's `SORT_HOSTS`: the bytes of the host, then the port. */
export function compareHosts(a: RingNode, b: RingNode): number {
  const { port = DEFAULT_PORT } = a;
  return Buffer.compare(hostBytes(a), hostBytes(b)) || port - (b.port ?? DEFAULT_PORT);
}

function hostBytes({ host }: RingNode): Buffer {
  return Buffer.from(socketPath(host) ?? host);
}
