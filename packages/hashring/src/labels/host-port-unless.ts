import type { RingNode } from '../ring/ring.ts';
import { hostPort } from './host-port.ts';
import { DEFAULT_PORT, isSocket } from './host-unless-default-port.ts';

/** `host:port`, and `host` alone on one port; a unix socket is its path. Port 0 stands for none. */
export function hostPortUnless(defaultPort: number): (node: RingNode) => string {
  return (node) => {
    const { host, port = DEFAULT_PORT, label } = node;
    return label === undefined && port === defaultPort && !isSocket(host) ? host : hostPort(node);
  };
}
