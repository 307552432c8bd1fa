import type { RingNode } from '../ring/ring.ts';
import { hostUnlessDefaultPort } from './host-unless-default-port.ts';
import { socketPath } from './socket-path.ts';

/**
 * The name of a server in twemproxy 0.5: the one that it is given, or `host` on port 11211 and `host:port` on any other.
 * A unix socket is `path:`, with nothing behind the colon.
 */
export function twemproxyName(node: RingNode): string {
  const path = socketPath(node.host);
  return path === undefined || node.label !== undefined ? hostUnlessDefaultPort(node) : `${path}:`;
}

/** The order in which twemproxy puts its servers before it counts them: by the length of their names, then by bytes. */
export function compareTwemproxyNames(a: RingNode, b: RingNode): number {
  const [bytesA, bytesB] = [Buffer.from(twemproxyName(a)), Buffer.from(twemproxyName(b))];
  return bytesA.length - bytesB.length || Buffer.compare(bytesA, bytesB);
}
