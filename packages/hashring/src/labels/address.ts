import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT } from './host-unless-default-port.ts';
import { socketPath } from './socket-path.ts';

/**
 * Host and port, or the path of a unix socket however it is written: what makes two nodes of two rings the same. IPv6
 * addresses are put in brackets.
 */
export function nodeAddress({ host, port = DEFAULT_PORT }: Pick<RingNode, 'host' | 'port'>): string {
  const path = socketPath(host);
  if (path !== undefined) return path;
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}
