import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT, isSocket } from './host-unless-default-port.ts';

/** The original libketama's label: always `host:port`, and for a unix socket its path alone. */
export function hostPort({ host, port = DEFAULT_PORT, label }: RingNode): string {
  return label ?? (isSocket(host) ? host : `${host}:${port}`);
}
