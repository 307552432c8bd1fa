import type { RingNode } from '../ring/ring.ts';
import { nodeAddress } from './address.ts';
import { DEFAULT_PORT, isSocket } from './host-unless-default-port.ts';

/** A server as it stands in an nginx `upstream`: `host:port`, `[::1]:port` or `unix:/path`. */
export function nginxServer(node: RingNode): string {
  if (node.label !== undefined) return node.label;
  const { host, port = DEFAULT_PORT } = node;
  // nginx hashes all that stands behind unix:, also the slashes of unix:///path.
  if (isSocket(host)) return host.startsWith('/') ? `unix:${host}` : host;
  return host.startsWith('[') ? `${host}:${port}` : nodeAddress(node);
}

/** What nginx takes for the host and the port of a server: the port is empty where there are no digits behind a last colon. */
export function splitNginxServer(server: string): readonly [host: string, port: string] {
  if (/^unix:/i.test(server)) return [server.slice('unix:'.length), ''];
  const [, host, port] = /^(.*):(\d*)$/s.exec(server) ?? [];
  return host === undefined ? [server, ''] : [host, port!];
}
