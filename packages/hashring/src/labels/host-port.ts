import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT } from './host-unless-default-port.ts';
import { socketPath } from './socket-path.ts';

/** The original libketama's label: always `host:port`, and for a unix socket its path alone. */
export function hostPort({ host, port = DEFAULT_PORT, label }: RingNode): string {
  return label ?? socketPath(host) ?? `${host}:${port}`;
}
