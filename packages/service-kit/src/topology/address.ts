import { isIPv6 } from 'node:net';

/** A host and a port. */
export interface HostPort {
  /** Without brackets where it is IPv6. */
  readonly host: string;
  readonly port: number;
}

/** Why a text is not an address: what is wrong; what would be right. */
export interface AddressProblem {
  readonly problem: string;
}

const hostName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Reads `host:port`, with an IPv6 host in brackets. */
export function parseHostPort(text: string, example: string): HostPort | AddressProblem {
  const shown = JSON.stringify(text);
  const colon = text.endsWith(']') ? -1 : text.lastIndexOf(':');
  if (colon === -1) return { problem: `${shown} has no port; write host:port, such as ${example}` };
  const host = parseHost(text.slice(0, colon));
  if (host === undefined) {
    return isIPv6(text) || isIPv6(text.slice(0, colon))
      ? { problem: `${shown} is an IPv6 address without brackets; write [host]:port, such as [::1]:11211` }
      : { problem: `${shown} has no valid host; write host:port, such as ${example}` };
  }
  const port = parsePort(text.slice(colon + 1));
  return typeof port === 'number' ? { host, port } : port;
}

/** Reads a TCP port. */
export function parsePort(text: string): number | AddressProblem {
  if (!/^\d+$/.test(text))
    return { problem: `${JSON.stringify(text)} is not a port; a port is a number from 1 to 65535` };
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : { problem: `port ${text} is out of range; a port is 1 to 65535` };
}

/** A host without the brackets of IPv6, or undefined where it is none. */
export function parseHost(text: string): string | undefined {
  if (text.startsWith('[') && text.endsWith(']')) return isIPv6(text.slice(1, -1)) ? text.slice(1, -1) : undefined;
  return hostName.test(text) ? text : undefined;
}

/** Whether the host stands for every interface of whatever machine it is used on. */
export function isWildcardHost(host: string): boolean {
  return host === '0.0.0.0' || (isIPv6(host) && /^[0:]+$/.test(host));
}

/** Reads a `host:port` that the rules have seen already. */
export function hostPortOf(text: string): HostPort {
  const parsed = parseHostPort(text, '127.0.0.1:8080');
  if ('problem' in parsed) throw new TypeError(parsed.problem);
  return parsed;
}
