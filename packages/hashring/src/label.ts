import type { RingNode } from './ring.ts';

/** The port that every memcached client leaves out of a label. */
const DEFAULT_PORT = 11211;

/**
 * What libmemcached hashes for a node: `host` on port 11211, `host:port` on any other, and `path:0`
 * for a unix socket.
 */
export function ringLabel(node: RingNode): string {
  const { host, port = DEFAULT_PORT } = node;
  if (host.startsWith('/')) return `${host}:0`;
  return port === DEFAULT_PORT ? host : `${host}:${port}`;
}

/** How an error message names a node, also one that is not valid. */
export function describeNode(node: RingNode, index: number): string {
  return `node ${index} (${node.host}${node.port === undefined ? '' : `:${node.port}`})`;
}
