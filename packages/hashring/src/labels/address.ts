import type { RingNode } from '../ring/ring.ts';
import { DEFAULT_PORT, isSocket } from './host-unless-default-port.ts';

/** Host and port: what makes two nodes of two rings the same. IPv6 addresses are put in brackets. */
export function nodeAddress({ host, port = DEFAULT_PORT }: Pick<RingNode, 'host' | 'port'>): string {
  if (isSocket(host)) return host;
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}
